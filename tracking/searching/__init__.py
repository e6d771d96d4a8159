"""The one search of every page: what a typed text or a scanned code means here. Read-only."""
