"""The rows of the table of figures, each in a file of its own: ``python -m tests.benchmarks`` runs them (see README.md)."""
