"""Organisations, the people who work in them, and the keys of their programs."""
