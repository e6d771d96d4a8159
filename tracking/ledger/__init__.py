"""The only room that writes stock: posting, levels, locks, triggers, and the laws that judge them."""
