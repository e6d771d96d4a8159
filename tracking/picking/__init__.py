"""What to take from the shelf: suggestions that a person may overrule."""
