"""What a company keeps: items and their variants. Knows nothing of tracking; it announces by signals."""
