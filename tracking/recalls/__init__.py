"""Recall cases and drills: what must be stopped, where it is, who had it, and what was done (rules 6 and 13, law 12).

A case is a picture of one instant, kept as text and quantities of its own; ``since`` holds it against the present.
"""
