"""Shared mechanics of every service: model, store, relay, worker, web. It knows no service."""
