"""Engines: plain Python. No Django, no logging, no clock, no environment."""
