"""Amparo: help against image-based sexual abuse."""

__version__ = "0.1.0"
