"""Servers on loopback for tests and the demo: a mailbox that records, a web host whose pages can be set."""
