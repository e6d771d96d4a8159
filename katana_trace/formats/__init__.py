"""How the admin writes dates; Django's own British format would say 8:40 p.m."""
