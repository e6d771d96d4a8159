"""Goods go out to a customer."""

from tracking.documents.rule import KindRule

SHIPMENT = KindRule("shipment", "Shipment", "SO", incoming=False, outgoing=True, uses=True)
