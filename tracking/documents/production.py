"""Ingredients go out, products come in; every output descends from every ingredient (rule 13)."""

from __future__ import annotations

from katana_trace.lib.numbers import key_of
from katana_trace.lib.refusal import Refusal
from tracking.documents.rule import KindRule, NewDocument


def check(document: NewDocument) -> None:
    """A production makes something, and no batch is its own ingredient; a serial number may be (a repair)."""
    if document.reverses:
        return
    if all(line.quantity < 0 for line in document.lines):
        raise Refusal("A production makes something, and this one has only ingredients. Add a line with what was made.")
    used = {
        (line.variant, key_of(line.batch_number)) for line in document.lines if line.quantity < 0 and line.batch_number
    }
    for position, line in enumerate(document.lines):
        if line.quantity > 0 and line.batch_number and (line.variant, key_of(line.batch_number)) in used:
            raise Refusal(
                f"Batch {line.batch_number} is both ingredient and output of this production. Give the output a batch of its own.",
                field="batch_number",
                line=position,
            )


PRODUCTION = KindRule(
    "production", "Production", "MO", incoming=True, outgoing=True, creates=True, uses=True, check=check
)
