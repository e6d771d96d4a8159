"""The laws of the ledger (DESIGN 4): each finds what breaks it, as sentences; an honest ledger gives none."""

from tracking.ledger.laws.law import LAWS, Law, broken_laws, notes_of

__all__ = ["LAWS", "Law", "broken_laws", "notes_of"]
