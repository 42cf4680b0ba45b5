"""The ledger: what happened (Event, append-only, hash-chained) and what is still to be done (Job, the outbox)."""
