"""Finding items: by what a person types or scans."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from items.models import Item, Variant
from katana_trace.lib.search import search_key


def items_found(*, q: str = "", tracking: str = "", archived: bool = False) -> QuerySet[Item]:
    """Items whose name, or the SKU or GTIN of a variant, has ``q`` in it; the archived ones apart, by ``archived``.

    The variants come along as ``shown_variants``, without the archived ones of an item that is not archived itself.
    """
    rows = Item.objects.filter(archived_at__isnull=not archived)
    if tracking:
        rows = rows.filter(tracking_mode=tracking)
    key = search_key(q)
    if key:
        ours = Variant.objects.filter(item=OuterRef("pk"))
        rows = rows.filter(Q(key__contains=key) | Exists(ours.filter(variant_matches(key))))
    shown = Variant.objects.order_by("key") if archived else Variant.objects.filter(archived_at=None).order_by("key")
    return rows.prefetch_related(Prefetch("variants", queryset=shown, to_attr="shown_variants"))


def variant_matches(key: str) -> Q:
    """A SKU with ``key`` in it, or a GTIN: the same one may be scanned with or without leading zeros."""
    found = Q(key__contains=key)
    digits = key.lstrip("0")
    if digits.isascii() and digits.isdigit():
        found |= Q(gtin__contains=digits)
    return found
