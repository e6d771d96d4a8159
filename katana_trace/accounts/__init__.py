"""Who is at the keyboard: logging in, how often it may be tried, and the password that grave acts ask for again."""
