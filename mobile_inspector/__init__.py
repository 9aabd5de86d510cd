"""The inspector's tablet: `core` holds all behaviour and runs without a window."""
