"""Scheduling: which instrument is due when, and the visits that verify them."""
