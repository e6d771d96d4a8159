"""What one reader of a race does, which loads a page again and again and keeps what does not add up; and who posts beside it."""

from __future__ import annotations

import random
import re
import time
from contextlib import nullcontext

from django.contrib.auth import get_user_model
from django.test import Client

from tests.races.without_guards import no_moment
from tests.races.writers import Score, document
from tracking.documents.rule import NewLine
from tracking.ledger.post import post
from tracking.models import Document

READING_SECONDS = 120
HAS_READ = "READ-"
ROW = re.compile(r'<td class="n">\s*([0-9,]+)\s*<span class="dim">kg</span>')
TOTAL = re.compile(r"Total found, in kg</th>(.*?)</tr>", re.DOTALL)


def read_stock(number: int, *, user: int, pages: int, guarded: bool) -> dict:
    """Reads the stock page ``pages`` times, then says so by a count of nothing. ``wrong``: (sum of the rows, total) of pages
    that disagree.

    Not ``guarded``, each query of a page sees what is there at its own moment; the first page that is wrong is enough for all.
    """
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(get_user_model().objects.get(pk=user))
    wrong: list[tuple[int, int]] = []
    with nullcontext() if guarded else no_moment():
        for _ in range(pages):
            page = client.get("/stock/", secure=True).content.decode()
            total, rows = figures(TOTAL.search(page)[1])[-1], figures(TOTAL.sub("", page))
            if sum(rows) != total:
                wrong.append((sum(rows), total))
            if not guarded and (wrong or Document.objects.filter(number__startswith=HAS_READ).exists()):
                break
    post(document("stocktake", number=f"{HAS_READ}{number}"), by=None)
    return {"posted": 0, "refused": [], "wrong": wrong}


def ship_until_read(number: int, *, line: NewLine, readers: int) -> dict:
    """Ships ``line`` again and again, until all have read what they wanted to."""
    score, ends = Score(), time.monotonic() + READING_SECONDS
    while Document.objects.filter(number__startswith=HAS_READ).count() < readers and time.monotonic() < ends:
        score.try_it(lambda: post(document("shipment", line), by=None))
        time.sleep(random.uniform(0, 0.01))
    return score.answer()


def figures(html: str) -> list[int]:
    return [int(text.replace(",", "")) for text in ROW.findall(html)]
