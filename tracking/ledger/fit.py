"""Whether a line fits its kind of document and its item's tracking, by itself, before the stock is looked at (rule 8)."""

from __future__ import annotations

from katana_trace.lib.quantities import LINE_LIMIT, MILLION, for_people
from katana_trace.lib.refusal import Refusal
from tracking.documents.rule import KindRule, NewLine
from tracking.ledger.holdings import Holdings, VariantFacts


def check_quantity(line: NewLine, facts: VariantFacts, rule: KindRule, *, mirror: bool) -> None:
    """What the kind of document lets a line move. Raises Refusal."""
    quantity = line.quantity
    if quantity == 0:
        raise Refusal(f"The quantity of {facts.sku} is 0. Give what moved, or remove the line.", field="quantity")
    if abs(quantity) > LINE_LIMIT:
        raise Refusal(
            f"{for_people(quantity)} {facts.unit} of {facts.sku} is above the limit of 1,000,000,000 in one line. Split it.",
            field="quantity",
        )
    if mirror:
        return
    if quantity > 0 and not rule.incoming:
        raise Refusal(
            f"A {rule.name.lower()} takes goods out, and {facts.sku} has +{for_people(quantity)}. Give it with a minus.",
            field="quantity",
        )
    if quantity < 0 and not rule.outgoing:
        raise Refusal(
            f"A {rule.name.lower()} brings goods in, and {facts.sku} has {for_people(quantity)}. Give it without the minus.",
            field="quantity",
        )


def check_fit(line: NewLine, facts: VariantFacts, rule: KindRule, holdings: Holdings, *, mirror: bool) -> None:
    """Rule 8: what numbers the item's tracking wants on this line. Raises Refusal."""
    sentence = field = None
    if facts.mode == "none":
        if line.batch_number or line.serial_number:
            field = "batch_number" if line.batch_number else "serial_number"
            given = line.batch_number or line.serial_number
            sentence = (
                f"{facts.item_name} has No tracking, and the line of {facts.sku} gives “{given}”. "
                "Leave it empty, or enable tracking on the item card first."
            )
    elif facts.mode == "batch":
        if line.serial_number:
            field = "serial_number"
            sentence = (
                f"{facts.item_name} is tracked by batch, and the line of {facts.sku} gives the serial number "
                f"“{line.serial_number}”. Give a batch number instead."
            )
        elif not line.batch_number:
            field, sentence = (
                "batch_number",
                (
                    f"{facts.item_name} is tracked by batch, and the line of {facts.sku} has none. Give the batch number."
                ),
            )
    else:
        field, sentence = serial_fault(line, facts, rule, holdings, mirror=mirror)
    if sentence is None:
        return
    if mirror:
        raise Refusal(f"Tracking of {facts.item_name} was switched since; make an adjustment.", field=field)
    raise Refusal(sentence, field=field)


def serial_fault(
    line: NewLine, facts: VariantFacts, rule: KindRule, holdings: Holdings, *, mirror: bool
) -> tuple[str | None, str | None]:
    if line.batch_number:
        return "batch_number", (
            f"{facts.item_name} is tracked by serial number, and the line of {facts.sku} gives the batch "
            f"“{line.batch_number}”. Give a serial number instead."
        )
    if line.serial_number:
        if abs(line.quantity) != MILLION:
            return "quantity", (
                f"Serial number {line.serial_number} is one unit, and the line has {for_people(line.quantity)}. "
                "Give one line for each unit, with 1 or −1."
            )
        return None, None
    if line.quantity % MILLION:
        return "quantity", (
            f"{facts.item_name} is tracked by serial number, so it moves in whole units, and the line of {facts.sku} "
            f"has {for_people(line.quantity)}. Give a whole number."
        )
    if rule.uses and line.quantity < 0 and not mirror:
        act = "used in production" if rule.kind == "production" else "shipped"
        return "serial_number", (
            f"{facts.item_name} is tracked by serial number: what is {act} needs its number, and the line of "
            f"{facts.sku} has none. Give one line for each serial number."
        )
    return receipt_fault(line, facts, rule, holdings, mirror=mirror)


def receipt_fault(
    line: NewLine, facts: VariantFacts, rule: KindRule, holdings: Holdings, *, mirror: bool
) -> tuple[str | None, str | None]:
    """The setting of a shop that insists: units of this kind of item come in with their serial numbers."""
    if rule.kind != "receipt" or mirror or not holdings.needs_serials_on_receipt(facts.kind):
        return None, None
    return "serial_number", (
        f"{facts.item_name} is a {facts.kind}, and {facts.kind}s are received with their serial numbers here: the line "
        f"of {facts.sku} has {for_people(line.quantity)} {facts.unit} without. Give the serial numbers, "
        "or ask an administrator to change the setting."
    )
