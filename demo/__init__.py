"""The main job of Amparo, end to end, on this machine: `make demo`."""
