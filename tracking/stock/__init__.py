"""What is where, now and at the end of a day: read-only."""
