"""Measurements run by hand, each printed next to a plain way of doing the same in the same run. See README.md."""
