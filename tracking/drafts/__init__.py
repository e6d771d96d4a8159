"""Documents while they are written: typed text that survives everything, checked as it grows, posted through the ledger."""
