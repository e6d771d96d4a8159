"""Labels of batches and serial numbers: what is on them, what their code says, and the paper they are printed on. Read-only."""
