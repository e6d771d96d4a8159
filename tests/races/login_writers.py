"""What one of many who log in, or guess a password, does at the login page (see ``writers.py``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.test import Client

LOGIN = "/accounts/login/"


def log_in(number: int, *, username: str, password: str, addresses: Sequence[str], times: int) -> dict:
    """Sends the login form ``times`` times from each of ``addresses``; how often each status was the answer."""
    statuses = Counter()
    for _ in range(times):
        for address in addresses:
            client = Client(SERVER_NAME="localhost", REMOTE_ADDR=address, raise_request_exception=False)
            statuses[client.post(LOGIN, {"username": username, "password": password}).status_code] += 1
    return dict(statuses)
