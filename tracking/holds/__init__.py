"""How far a hold reaches: all that was made from what is held, and back again (rules 10 and 13)."""
