"""What is on a label: the number first, then what tells a person what it is; and what the code beside it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from tracking.labels.digital_link import digital_link, search_link, why_not
from tracking.labels.qr import qr_svg

LENGTHS = (10, 20, 34)  # characters up to which a number is printed large, smaller, smaller still


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

    @property
    def qr(self) -> SafeString:
        return qr_svg(self.encoded)

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
        return Label(facts, encoded, "")
    return Label(facts, search_link(site, number=facts.number), reason if facts.gtin else "")
