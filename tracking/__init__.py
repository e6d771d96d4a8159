"""Where each piece has been: the ledger, its documents, the tracking switches, and the trace."""
