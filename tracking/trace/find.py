"""Finding what to trace: by the number on a label, a SKU, a document, or a partner. Pure reading, all by index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Model

from items.listing import find_variants
from katana_trace.lib.search import search_key
from tracking.ledger.former_names import partners_called
from tracking.ledger.sql import any_of, fetch
from tracking.models import Document, Partner
from tracking.trace.facts import TABLES, LotFacts, facts_of, facts_where
from tracking.trace.walk import Place

MOST = 50  # lots that one answer lists
ANSWERS = 5  # variants, documents or partners that a text may mean
LAST_DOCUMENTS = 200  # of a partner, in which lots are looked for


@dataclass(frozen=True, slots=True)
class Answer:
    """``what`` the text was taken for (None: a number), and the lots that it leads to; ``more`` where not all are listed."""

    what: Model | None
    kind: str
    lots: tuple[LotFacts, ...]
    more: bool


def find_lots(text: str) -> list[Answer]:
    """What ``text`` may mean, the likeliest first; [] where it means nothing.

    A number is found whole, or with its SKU before it; where there is none, by how it begins.
    """
    key = search_key(text)
    if not key:
        return []
    numbers = lots_named(key)
    found = [
        *([answer(None, "number", numbers)] if numbers else []),
        *(answer(one, "variant", lots_of_variant(one.pk)) for one in find_variants(text, limit=ANSWERS)),
        *(answer(one, "document", lots_of_documents([one.pk])) for one in documents_named(key)),
        *(answer(one, "partner", lots_of_partner(one)) for one in partners_named(key)),
    ]
    if not numbers and (begun := lots_begun(key)):
        found.append(answer(None, "beginning", begun))
    return found


def answer(what: Model | None, kind: str, places: Sequence[Place]) -> Answer:
    facts = facts_of(places[:MOST])
    lots = tuple(facts[place] for place in places[:MOST] if place in facts)
    return Answer(what, kind, lots, len(places) > MOST)


def lots_named(key: str) -> list[Place]:
    """The lots of this number, or of this SKU and number with a space between them (either may have spaces in it)."""
    words = key.split(" ")
    ways = {("", key), *((" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words)))}
    numbers = sorted({number for _, number in ways})
    found = [one for is_serial, _ in TABLES for one in facts_where(is_serial, "t.key", numbers)]
    return [one.place for one in found if ("", one.key) in ways or (one.sku_key, one.key) in ways]


def lots_begun(key: str) -> list[Place]:
    """The lots whose number begins with ``key``, batches first."""
    found: list[Place] = []
    like = key.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%"
    for is_serial, table in TABLES:
        rows = fetch(f"SELECT id FROM {table} WHERE key LIKE %s ESCAPE '!' ORDER BY key, id LIMIT {MOST + 1}", [like])
        found += [(is_serial, id_) for (id_,) in rows]
    return found[: MOST + 1]


def lots_of_variant(variant: int) -> list[Place]:
    """The newest batches of a variant, or its newest serial numbers."""
    found: list[Place] = []
    for is_serial, table in TABLES:
        rows = fetch(f"SELECT id FROM {table} WHERE variant_id = %s ORDER BY id DESC LIMIT {MOST + 1}", [variant])
        found += [(is_serial, id_) for (id_,) in rows]
    return found


def lots_of_documents(documents: Sequence[int]) -> list[Place]:
    """The lots in these documents, those of the newest first."""
    condition, parameter = any_of("document_id", documents)
    rows = fetch(
        "SELECT batch_id, serial_id, max(document_id) FROM tracking_ledgerline"
        f" WHERE {condition} AND (batch_id IS NOT NULL OR serial_id IS NOT NULL)"
        f" GROUP BY batch_id, serial_id ORDER BY 3 DESC, 1, 2 LIMIT {MOST + 1}",
        [parameter],
    )
    return [(False, batch) if batch is not None else (True, serial) for batch, serial, _ in rows]


def lots_of_partner(partner: Partner) -> list[Place]:
    """What a partner brought or got lately."""
    last = Document.objects.filter(partner=partner).order_by("-id").values_list("pk", flat=True)[:LAST_DOCUMENTS]
    return lots_of_documents(list(last))


def documents_named(key: str) -> list[Document]:
    return list(Document.objects.filter(key=key).order_by("id")[:ANSWERS])


def partners_named(key: str) -> list[Partner]:
    return list(partners_called(Partner.objects.all(), key).order_by("key")[:ANSWERS])


def lots_newest() -> list[LotFacts]:
    """The batches and serial numbers that were made last, to begin with."""
    found = [
        (is_serial, id_)
        for is_serial, table in TABLES
        for (id_,) in fetch(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 10")
    ]
    facts = facts_of(found)
    return [facts[place] for place in found]
