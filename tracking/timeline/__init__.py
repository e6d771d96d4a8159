"""The life of a batch or serial number: one line of events out of the ledger, the log and the item's switches."""

from tracking.timeline.timeline import CHANGES, MOVEMENTS, timeline_of

__all__ = ["CHANGES", "MOVEMENTS", "timeline_of"]
