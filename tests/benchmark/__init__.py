"""Measures one call next to what a user might pick instead: ``python -m tests.benchmark``."""
