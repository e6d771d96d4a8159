"""The sample company of ``manage.py demo``: a bakery that also makes ovens, told relative to today.

It comes in through the doors that everybody uses (items are saved, documents posted or left as drafts, tracking
switched), so whatever it shows has passed every rule. Nothing outside this room and the command knows of it.
"""
