"""Rows: Django apps with models, actions, queries and migrations. Nothing about HTTP."""
