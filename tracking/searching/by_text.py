"""Finding by text: SKU, GTIN, item, batch, serial number, document, partner, location; what is exactly so before what resembles.

All by index or over small tables, and cut: a search costs the same beside a million lines.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from items.listing import has_words, same_gtins
from items.models import Variant
from katana_trace.lib.search import search_key
from katana_trace.templatetags.trace_tags import day
from tracking.ledger.former_names import partners_called
from tracking.models import Document, Location, Partner
from tracking.searching.found import SHOWN, Hit, Section
from tracking.trace.facts import LotFacts, facts_of
from tracking.trace.find import lots_begun, lots_named

SHORTEST = 3  # characters of which the beginnings of numbers are looked for


def sections_of(text: str) -> list[Section]:
    """What ``text`` may mean; [] where it means nothing. A constant number of queries."""
    key = search_key(text)
    if not key:
        return []
    found = [variants(text, key), *lots(text, key), documents(text, key), partners(text, key), locations(text, key)]
    return [section for section in found if section.hits]


def listed(view: str, text: str, **more: str) -> str:
    return f"{reverse(view)}?{urlencode({'q': text, **more})}"


def variants(text: str, key: str) -> Section:
    """Also archived ones, marked; each leads to the card of its item."""
    rows = Variant.objects.select_related("item").order_by("item__key", "key")
    exact = list(rows.filter(Q(key=key) | Q(gtin__in=same_gtins(key)) | Q(item__key=key))[: SHOWN + 1])
    known = {one.pk for one in exact}
    found = exact + [one for one in rows.filter(has_words(text))[: SHOWN + 1] if one.pk not in known]
    hits = tuple(variant_hit(one, is_exact=one.pk in known) for one in found[:SHOWN])
    return Section("variants", "Items", hits, listed("items:item_list", text) if len(found) > SHOWN else "")


def variant_hit(variant: Variant, *, is_exact: bool) -> Hit:
    return Hit(
        address=variant.get_absolute_url(),
        name=variant.label,
        detail=f"GTIN {variant.gtin}" if variant.gtin else "",
        sku=variant.sku,
        is_archived=bool(variant.archived_at or variant.item.archived_at),
        is_exact=is_exact,
    )


def lots(text: str, key: str) -> list[Section]:
    """Batches and serial numbers of this number, also with their SKU before it; else those that begin with it."""
    places = lots_named(key)
    is_exact = bool(places)
    if not places and len(key) >= SHORTEST:
        places = lots_begun(key)
    kinds = {
        False: ("batches", "Batches", "tracking:batch_list"),
        True: ("serials", "Serial numbers", "tracking:serial_list"),
    }
    found = []
    for is_serial, (name, title, view) in kinds.items():
        ours = [place for place in places if place[0] == is_serial]
        facts = facts_of(ours[:SHOWN])
        hits = tuple(lot_hit(facts[place], is_exact=is_exact) for place in ours[:SHOWN] if place in facts)
        found.append(Section(name, title, hits, listed(view, text) if len(ours) > SHOWN else ""))
    return found


def lot_hit(facts: LotFacts, *, is_exact: bool) -> Hit:
    view = "tracking:serial_detail" if facts.is_serial else "tracking:batch_detail"
    return Hit(
        address=reverse(view, args=[facts.id]),
        name=facts.number,
        detail=facts.label,
        sku=facts.sku,
        expires_on=facts.expires_on,
        is_held=facts.is_held,
        is_exact=is_exact,
    )


def documents(text: str, key: str) -> Section:
    rows = Document.objects.all()
    found = list(rows.filter(key=key).order_by("-id")[: SHOWN + 1])
    is_exact = bool(found)
    if not found and len(key) >= SHORTEST:
        found = list(rows.filter(key__startswith=key).order_by("key", "id")[: SHOWN + 1])
    hits = tuple(
        Hit(
            address=one.get_absolute_url(),
            name=one.number,
            detail=", ".join(filter(None, [one.get_kind_display(), day(one.posted_at), one.partner_name])),
            is_exact=is_exact,
        )
        for one in found[:SHOWN]
    )
    more = f"{reverse('tracking:document_list')}?{urlencode({'number': text})}" if len(found) > SHOWN else ""
    return Section("documents", "Documents", hits, more)


def partners(text: str, key: str) -> Section:
    """A partner, also by a name that it had, leads to the documents with it."""
    rows = partners_called(Partner.objects.all(), key)
    hits, is_cut = named(rows, key, lambda one: f"{reverse('tracking:document_list')}?partner={one.pk}")
    return Section("partners", "Partners", hits, listed("tracking:partner_list", text) if is_cut else "")


def locations(text: str, key: str) -> Section:
    """A location leads to the stock there."""
    hits, is_cut = named(
        Location.objects.filter(key__contains=key),
        key,
        lambda one: f"{reverse('tracking:stock_list')}?location={one.pk}",
    )
    return Section("locations", "Locations", hits, reverse("tracking:location_list") if is_cut else "")


def named(rows: QuerySet, key: str, address) -> tuple[tuple[Hit, ...], bool]:
    """Of ``rows`` the one whose name is exactly ``key`` first, and whether there are more than are shown."""
    found = sorted(rows.order_by("key")[: 5 * SHOWN], key=lambda one: one.key != key)
    hits = tuple(
        Hit(
            address=address(one),
            name=one.name,
            detail=", ".join(filter(None, [formerly(one), getattr(one, "email", ""), one.phone])),
            is_archived=one.archived_at is not None,
            is_exact=one.key == key,
        )
        for one in found[:SHOWN]
    )
    return hits, len(found) > SHOWN


def formerly(one: Location | Partner) -> str:
    """The name by which it was found, where that is one it had."""
    name = getattr(one, "former_name", None)
    return f"formerly {name}" if name else ""
