"""Notifications: notices to people. Who, when, in which language, over which channel, delivered or not."""
