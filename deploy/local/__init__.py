"""The whole platform on this machine: engines, services and a mail sink, under one launcher."""
