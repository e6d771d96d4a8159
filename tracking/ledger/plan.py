"""Planning a document: every rule of a line, judged in posting order against what is there, before anything is written.

The triggers judge again; this room exists so that a refusal can say what, the value, the limit and the next step.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from katana_trace.lib import days
from katana_trace.lib.numbers import check_number, key_of
from katana_trace.lib.quantities import LEVEL_LIMIT, for_people
from katana_trace.lib.refusal import Refusal
from tracking.documents.rule import KindRule, NewDocument, NewLine
from tracking.ledger.fit import check_fit, check_quantity
from tracking.ledger.holdings import BatchFacts, Holdings, Overlay, SerialFacts, VariantFacts
from tracking.ledger.planned import PlannedLine
from tracking.ledger.relabelling import LaterExpiry, check_held, earliest_of, later_expiries


class NotThere(Refusal):
    """The goods that a − line takes are not where it takes them; a reversal names the documents that took them."""


class Planner:
    """Plans the lines of one document on an overlay of the holdings."""

    def __init__(self, document: NewDocument, rule: KindRule, holdings: Holdings, *, by):
        self.document = document
        self.rule = rule
        self.by = by
        self.holdings = holdings
        self.overlay = Overlay(holdings)
        self.mirror = bool(document.reverses)
        self.day: date = days.day_of(document.posted_at)
        self.signs: dict[tuple[int, int, str], bool] = {}
        # By (variant, key of the batch): the line that names the batch first, which says how it prints and when it expires.
        self.first: dict[tuple[int, str], NewLine] = {}
        self.taken: dict[int, list[BatchFacts]] = defaultdict(list)  # by variant: what − lines take, which come first
        self.later: tuple[LaterExpiry, ...] = ()
        for line in document.lines:
            if line.batch_number:
                self.first.setdefault((line.variant, key_of(line.batch_number)), line)

    def plan(self) -> list[PlannedLine]:
        """The lines in posting order: − before +, each by variant, location and batch. Raises Refusal; keeps nothing then."""
        lines = self.document.lines
        if not lines and not self.rule.may_be_empty:
            raise Refusal(f"This {self.rule.name.lower()} has no lines. Add at least one.")
        planned = {position: self.plan_line(position, lines[position]) for position in self.posting_order()}
        if self.rule.check is not None:
            self.rule.check(self.document)
        if self.rule.relabels:
            self.check_relabelled(planned)
        self.overlay.keep()
        return list(planned.values())

    def posting_order(self) -> list[int]:
        """By names, not by ids: the same document gets the same order in every database it is imported into."""
        lines, variants = self.document.lines, self.holdings.variants
        self.holdings.load_directory({line.location for line in lines})

        def place(position: int) -> tuple:
            line = lines[position]
            sku = variants[line.variant].sku if line.variant in variants else ""
            location = self.holdings.locations.get(line.location, "")
            return line.quantity > 0, sku, location, key_of(line.batch_number)

        return sorted(range(len(lines)), key=place)

    def plan_line(self, position: int, line: NewLine) -> PlannedLine:
        facts = self.holdings.variants.get(line.variant)
        if facts is None:
            raise Refusal(
                "This line names a variant that does not exist. Choose one from the list.", field="sku", line=position
            )
        try:
            check_quantity(line, facts, self.rule, mirror=self.mirror)
            check_fit(line, facts, self.rule, self.holdings, mirror=self.mirror)
            self.check_place(line)
            batch = self.find_batch(line, facts) if line.batch_number else None
            serial = self.find_serial(line, facts) if line.serial_number else None
            self.move(line, facts, batch, serial)
            if batch is not None and line.quantity < 0:
                self.taken[line.variant].append(batch)
        except Refusal as refusal:
            refusal.line = position
            raise
        return PlannedLine(line.variant, line.location, batch, serial, line.quantity, facts.epoch)

    def check_place(self, line: NewLine) -> None:
        """Nothing comes into a location that is archived; what is left in one may go out."""
        if line.quantity > 0 and line.location in self.holdings.archived:
            choice = "." if self.mirror else ", or choose another location."
            raise Refusal(f"{self.location(line.location)} is archived. Bring it back first{choice}", field="location")

    # -- the numbers ----------------------------------------------------------------------------------------------------

    def find_batch(self, line: NewLine, facts: VariantFacts) -> BatchFacts:
        key = key_of(line.batch_number)
        batch = self.overlay.batch(line.variant, key)
        if batch is None:
            if not (line.quantity > 0 and self.rule.creates) or self.mirror:
                raise Refusal(
                    f"{facts.sku} has no batch “{line.batch_number}”. Check the number on the label, or receive it first.",
                    field="batch_number",
                )
            first = self.first[line.variant, key]
            number = self.checked(first.batch_number, "Batch number", "batch_number")
            expires_on = first.expires_on or self.carried_expiry(line.variant)
            batch = BatchFacts(None, line.variant, number, key, expires_on, False, True)
            self.overlay.batches[line.variant, key] = batch
        if line.expires_on is not None and line.expires_on != batch.expires_on:
            there = batch.expires_on.isoformat() if batch.expires_on else "no expiry date"
            raise Refusal(
                f"Batch {batch.number} of {facts.sku} has {there}, and this line says {line.expires_on.isoformat()}. "
                "Leave it empty, or change the date on the batch page.",
                field="expires_on",
            )
        if self.rule.uses and line.quantity < 0 and not self.mirror:
            self.check_usable(batch, facts)
        return batch

    def carried_expiry(self, variant: int) -> date | None:
        """What a new batch takes from those that it is made of, where nobody gave it an expiry (rule 10)."""
        if not (self.rule.relabels and self.document.carries_expiry):
            return None
        source = earliest_of(self.taken[variant])
        return source.expires_on if source else None

    def check_usable(self, batch: BatchFacts, facts: VariantFacts) -> None:
        """Rule 10: neither expired on the day of the document, nor on hold now."""
        if batch.held:
            raise Refusal(
                f"Batch {batch.number} of {facts.sku} is on hold. Release it first, or choose another batch.",
                field="batch_number",
            )
        if days.is_expired(batch.expires_on, self.day):
            raise Refusal(
                f"Batch {batch.number} of {facts.sku} expired: it was usable through {batch.expires_on.isoformat()}, and this "
                f"{self.rule.name.lower()} is dated {self.day.isoformat()}. Choose another batch, or adjust it away.",
                field="batch_number",
            )

    def find_serial(self, line: NewLine, facts: VariantFacts) -> SerialFacts:
        key = key_of(line.serial_number)
        serial = self.overlay.serial(facts.item, key)
        if serial is None:
            if not (line.quantity > 0 and self.rule.creates) or self.mirror:
                raise Refusal(
                    f"{facts.item_name} has no serial number “{line.serial_number}”. Check the number on the label.",
                    field="serial_number",
                )
            number = self.checked(line.serial_number, "Serial number", "serial_number")
            serial = SerialFacts(None, line.variant, facts.item, number, key, None, False)
            self.overlay.serials[facts.item, key] = serial
        elif serial.variant != line.variant:
            self.holdings.load_variants([serial.variant])
            raise Refusal(
                f"Serial number {serial.number} belongs to {self.holdings.variants[serial.variant].sku}, and the line says "
                f"{facts.sku}. Choose the other variant, or another number.",
                field="serial_number",
            )
        if serial.held and self.rule.uses and line.quantity < 0 and not self.mirror:
            raise Refusal(f"Serial number {serial.number} is on hold. Release it first.", field="serial_number")
        return serial

    def check_relabelled(self, planned: dict[int, PlannedLine]) -> None:
        """Rules 10 and 13: what is on hold is not taken, nor an expiry put off, by who may not. Raises Refusal."""
        skus, kind = {id_: facts.sku for id_, facts in self.holdings.variants.items()}, self.rule.name.lower()
        for position, line in planned.items():
            try:
                check_held(line, sku=skus[line.variant], kind=kind, by=self.by)
            except Refusal as refusal:
                refusal.line = position
                raise
        if not self.mirror:
            sources = {variant: source for variant in self.taken if (source := earliest_of(self.taken[variant]))}
            self.later = later_expiries(planned, sources, skus=skus, kind=kind, by=self.by, document=self.document)

    def checked(self, number: str, what: str, field: str) -> str:
        try:
            return check_number(number, what)
        except ValueError as error:
            raise Refusal(str(error), field=field) from error

    # -- the stock ------------------------------------------------------------------------------------------------------

    def move(self, line: NewLine, facts: VariantFacts, batch: BatchFacts | None, serial: SerialFacts | None) -> None:
        key = (line.variant, line.location, batch.key if batch else "")
        if batch is not None and self.signs.setdefault(key, line.quantity > 0) != (line.quantity > 0):
            raise Refusal(
                f"Batch {batch.number} of {facts.sku} goes both out and in at one location in this document. "
                "Give the difference in one line.",
                field="quantity",
            )
        quantity, numbered = self.overlay.level(key)
        if serial is not None:
            self.move_serial(line, facts, serial)
            numbered += line.quantity
        quantity += line.quantity
        if quantity < 0:
            raise NotThere(self.shortage(key, facts, batch, quantity - line.quantity, line.quantity), field="quantity")
        if quantity > LEVEL_LIMIT:
            raise Refusal(
                f"{self.location(line.location)} would have {for_people(quantity)} {facts.unit} of {facts.sku}, and the limit "
                f"of one place is {for_people(LEVEL_LIMIT)}. Check the quantity, or use another location.",
                field="quantity",
            )
        if not 0 <= numbered <= quantity:
            without = quantity - line.quantity - numbered
            raise NotThere(
                f"{self.location(line.location)} has {for_people(without)} {facts.unit} of {facts.sku} without a serial number, "
                f"and {for_people(-line.quantity)} are asked. Give the serial numbers of the others.",
                field="serial_number",
            )
        self.overlay.levels[key] = (quantity, numbered)

    def move_serial(self, line: NewLine, facts: VariantFacts, serial: SerialFacts) -> None:
        place = self.overlay.place_of(serial)
        if line.quantity > 0 and place is not None:
            raise Refusal(
                f"Serial number {serial.number} of {facts.sku} is in stock already, at {self.location(place)}. "
                "Check the number, or transfer it.",
                field="serial_number",
            )
        if line.quantity < 0 and place != line.location:
            there = f"is at {self.location(place)}" if place is not None else "is not in stock"
            raise NotThere(
                f"Serial number {serial.number} of {facts.sku} {there}, not at {self.location(line.location)}. "
                "Check the number and the location.",
                field="serial_number",
            )
        self.overlay.moved[serial.item, serial.key] = line.location if line.quantity > 0 else None

    def shortage(
        self, key: tuple[int, int, str], facts: VariantFacts, batch: BatchFacts | None, there: int, asked: int
    ) -> str:
        """Rule 11: what is short is refused with what is there, and where."""
        what = f"batch {batch.number} of {facts.sku}" if batch else facts.sku
        sentence = f"{self.location(key[1])} has {for_people(there)} {facts.unit} of {what}, and {for_people(-asked)} are asked."
        others = [f"{for_people(quantity)} at {place}" for place, quantity in self.overlay.elsewhere(key)[:3]]
        if others:
            return f"{sentence} There are {', '.join(others)}. Take less, or choose another location."
        return f"{sentence} There is none elsewhere. Take less, or receive more first."

    def location(self, id_: int) -> str:
        self.holdings.load_directory([id_])
        return self.holdings.locations.get(id_, "An unknown location")
