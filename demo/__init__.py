"""The main job on real input against a running platform: every step's effect is checked, or the demo fails."""
