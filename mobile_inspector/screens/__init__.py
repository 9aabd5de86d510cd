"""The tablet's screens: a skin over `mobile_inspector.core`.  No rule lives here."""
