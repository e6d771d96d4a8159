"""Goods come in from a supplier."""

from tracking.documents.rule import KindRule

RECEIPT = KindRule("receipt", "Receipt", "PO", incoming=True, outgoing=False, creates=True)
