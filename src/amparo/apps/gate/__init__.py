"""The gate: what a platform's uploads were answered, and the reasons that were given."""
