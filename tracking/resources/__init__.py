"""Files in and out: each turns rows into domain calls, or the tables into rows. No rule of stock lives here."""
