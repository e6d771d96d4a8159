"""Several writers at once, on real transactions: threads against PostgreSQL, processes against a file of SQLite.

KATANA_TRACE_RACE_LENGTH says how much each of 16 writers does (20 without it; 200 takes minutes).
"""
