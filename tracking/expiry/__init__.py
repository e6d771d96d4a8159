"""What of the stock expires, and when: the windows that pages ask for, their counts, what is due now, and the daily digest.

Read-only, and a day is a day in the site's time zone. There is one rule (``days.is_expired``): a batch is usable through
its expiry date. Only what is in stock is read, by an index of its own, so a page costs the same after ten years.
"""
