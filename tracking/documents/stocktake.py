"""What was counted differs from the books; without a difference it has no lines (law 7, rule 15)."""

from tracking.documents.rule import KindRule

STOCKTAKE = KindRule(
    "stocktake", "Stocktake", "SC", incoming=True, outgoing=True, creates=True, relabels=True, may_be_empty=True
)
