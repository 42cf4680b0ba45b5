"""Doors: what the outside touches. Views, forms, protocol servers. No models."""
