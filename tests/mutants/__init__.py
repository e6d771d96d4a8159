"""Mutants: the program with one mistake put into it by hand, which the tests must notice. See README.md."""
