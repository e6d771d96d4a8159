"""A customer sends goods back."""

from tracking.documents.rule import KindRule

CUSTOMER_RETURN = KindRule("customer_return", "Customer return", "RET", incoming=True, outgoing=False, creates=True)
