"""Stock is corrected, written off, or given numbers."""

from tracking.documents.rule import KindRule

ADJUSTMENT = KindRule("adjustment", "Adjustment", "SA", incoming=True, outgoing=True, creates=True, relabels=True)
