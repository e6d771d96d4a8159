"""Pure helpers that know no table: quantities, numbers, safe CSV, days, htmx. Nothing here imports a room above."""
