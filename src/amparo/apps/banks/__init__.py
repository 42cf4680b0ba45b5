"""Banks of fingerprints: who added what, who may look it up, and what changed since."""
