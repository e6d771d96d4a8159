"""Goods go back to their supplier."""

from tracking.documents.rule import KindRule

SUPPLIER_RETURN = KindRule("supplier_return", "Supplier return", "SUP", incoming=False, outgoing=True)
