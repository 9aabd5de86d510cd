"""The services of Vernier. Each publishes facts in its events.py, the only file of it that others may import."""
