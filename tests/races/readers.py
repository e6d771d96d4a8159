"""What one reader of a race does: it loads a page again and again while others post, and keeps what does not add up."""

from __future__ import annotations

import re
import time

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from tracking.models import Document

ROW = re.compile(r'<td class="n">\s*([0-9,]+)\s*<span class="dim">kg</span>')
TOTAL = re.compile(r"Total found, in kg</th>(.*?)</tr>", re.DOTALL)


def read_stock(number: int, *, user: int, until: int, seconds: int) -> dict:
    """Reads the stock page until ``until`` documents are there. ``wrong``: (sum of the rows, total) of pages that disagree."""
    settings.SECURE_SSL_REDIRECT = False
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(get_user_model().objects.get(pk=user))
    wrong, pages, ends = [], 0, time.monotonic() + seconds
    while Document.objects.count() < until and time.monotonic() < ends:
        page = client.get("/stock/").content.decode()
        total = figures(TOTAL.search(page)[1])[-1]
        rows = figures(TOTAL.sub("", page))
        pages += 1
        if sum(rows) != total:
            wrong.append((sum(rows), total))
    return {"posted": 0, "refused": [], "pages": pages, "wrong": wrong}


def figures(html: str) -> list[int]:
    return [int(text.replace(",", "")) for text in ROW.findall(html)]
