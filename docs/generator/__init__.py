"""Reads what the services publish, read and offer, and writes it down: `python -m docs.generate`."""
