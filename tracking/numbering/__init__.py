"""Batch and serial numbers before they are posted: suggested by a pattern, checked as they are typed."""
