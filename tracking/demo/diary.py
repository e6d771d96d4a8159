"""Posts a story's entries, in the order of their days, as a careful operator would: first expired, first out (rule 10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import F
from django.utils import timezone

from items.models import Variant
from katana_trace.lib import days
from katana_trace.lib.quantities import parse_quantity, to_millionths
from tracking.demo.entries import Entry, Part
from tracking.documents.rule import NewDocument, NewLine
from tracking.ledger.post import post
from tracking.models import Document, Location, Partner, StockLevel


class Diary:
    """The words of a story as rows of the database. ``by`` is the user who posts."""

    def __init__(self, *, today: date, by):
        self.today = today
        self.by = by
        self.variants = {variant.sku: variant for variant in Variant.objects.select_related("item")}
        self.locations = {location.name: location.pk for location in Location.objects.all()}
        self.partners = {partner.name: partner.pk for partner in Partner.objects.all()}

    def post_all(self, entries: Iterable[Entry]) -> None:
        """Posts ``entries`` from the oldest on. Raises Refusal."""
        for entry in sorted(entries, key=lambda entry: (-entry.ago, entry.clock)):
            self.post(entry, at=self.instant(entry))

    def post(self, entry: Entry, *, at: datetime) -> Document:
        return post(
            NewDocument(
                kind=entry.kind,
                posted_at=at,
                lines=tuple(line for part in entry.parts for line in self.lines(part, on=days.day_of(at))),
                number=entry.number,
                partner=self.partners[entry.partner] if entry.partner else None,
                note=entry.note,
            ),
            by=self.by,
        )

    def instant(self, entry: Entry) -> datetime:
        day = self.today - timedelta(days=entry.ago)
        return datetime.combine(day, time.fromisoformat(entry.clock), tzinfo=timezone.get_default_timezone())

    def lines(self, part: Part, *, on: date) -> Iterator[NewLine]:
        """The ledger's lines of one part: one for each batch it is taken from, and where it goes to."""
        for quantity, batch in self.shares(part, on=on):
            yield self.line(part, part.at, quantity, batch)
            if part.to:
                yield self.line(part, part.to, -quantity, batch)

    def line(self, part: Part, at: str, quantity: int, batch: str) -> NewLine:
        return NewLine(
            variant=self.variants[part.sku].pk,
            location=self.locations[at],
            quantity=quantity,
            batch_number=batch,
            expires_on=part.expires_on,
            serial_number=part.serial,
        )

    def shares(self, part: Part, *, on: date) -> list[tuple[int, str]]:
        """(millionths, batch number) of each line; what cannot be covered stands on the last one, for the ledger to refuse."""
        if part.quantity is None:
            return [(-there, batch) for there, batch, _ in self.on_hand(part)]
        quantity = parse_quantity(str(part.quantity))
        if quantity > 0 or part.batch or self.variants[part.sku].item.tracking_mode != "batch":
            return [(quantity, part.batch)]
        found, left = [], -quantity
        for there, batch, expires_on in self.on_hand(part):
            if left and not days.is_expired(expires_on, on):
                found.append((-min(there, left), batch))
                left -= min(there, left)
        return found if not left else [(quantity, found[-1][1] if found else "")]

    def on_hand(self, part: Part) -> list[tuple[int, str, date | None]]:
        levels = StockLevel.objects.filter(
            variant=self.variants[part.sku], location=self.locations[part.at], quantity__gt=0
        ).order_by(F("batch__expires_on").asc(nulls_last=True), "batch_id")
        if part.batch:
            levels = levels.filter(batch__number=part.batch)
        rows = levels.values_list("quantity", "batch__number", "batch__expires_on")
        return [(to_millionths(quantity), number or "", expires_on) for quantity, number, expires_on in rows]
