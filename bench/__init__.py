"""Benchmarks, each one command. They report ratios to the raw client in the same run, and CPU per unit of work."""
