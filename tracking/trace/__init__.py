"""Where a lot came from and where it went: pure, read-only (rule 13, law 12)."""

from tracking.trace.trace import Trace, trace_lot

__all__ = ["Trace", "trace_lot"]
