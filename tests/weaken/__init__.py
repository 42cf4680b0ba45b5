"""Every promise of THREATS.md, weakened on purpose, and the test that has to notice: `python -m tests.weaken`."""
