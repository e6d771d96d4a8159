"""What the lists show, as tables to take away: each table once, as CSV and as a spreadsheet. Read-only."""
