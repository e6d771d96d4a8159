"""What is on a label: the number first, then what tells a person what it is; and what the code beside it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from katana_trace.lib.quantities import shown
from tracking.labels.digital_link import digital_link, search_link, why_not
from tracking.labels.qr import Drawing, drawing_of
from tracking.labels.sizes import LabelSize

LENGTHS = (10, 20, 34)  # characters up to which a number is printed large, smaller, smaller still
FINEST = 0.25  # mm of a module: two dots of a label printer of 203 dots to the inch, the coarsest that is usual


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """What is known of the batch or serial number that a label is for."""

    number: str
    is_serial: bool
    item: str
    variant: str
    sku: str
    gtin: str
    expires_on: date | None
    made_on: date | None
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """``encoded`` is the text of the code, ``warning`` why it is no GS1 code though the variant has a GTIN."""

    facts: LabelFacts
    encoded: str
    warning: str
    code: Drawing

    @property
    def length(self) -> int:
        """0 for a short number, up to 3 for one that needs small letters to be whole."""
        return sum(len(self.facts.number) > limit for limit in LENGTHS)


def label_of(facts: LabelFacts, *, site: str, today: date) -> Label:
    """The label of a batch or serial number; ``site`` is the address of this site, with a slash at its end."""
    reason = why_not(facts.number)
    if facts.gtin and not reason:
        encoded = digital_link(
            site,
            gtin=facts.gtin,
            number=facts.number,
            is_serial=facts.is_serial,
            expires_on=facts.expires_on,
            today=today,
        )
        return Label(facts, encoded, "", drawing_of(encoded))
    encoded = search_link(site, number=facts.number)
    return Label(facts, encoded, reason if facts.gtin else "", drawing_of(encoded))


def too_fine(label: Label, size: LabelSize) -> str:
    """Why the code of ``label`` may not be readable on paper of this size, with what to do; "" where it is."""
    module = size.code / label.code.side
    if module >= FINEST:
        return ""
    return (
        f"The code of {shown(label.facts.number, 30)} has squares of {module:.2f} mm on this paper; many printers and readers "
        f"need {FINEST} mm. Choose larger paper, or a shorter number."
    )
