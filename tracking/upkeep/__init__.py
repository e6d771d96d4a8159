"""Keeping a site: whether it is well, and copies of the embedded database that are whole."""
