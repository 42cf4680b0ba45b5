"""Cases: what a survivor asked for, and everything that was done about it."""
