"""The desk: what staff see and do."""
