"""What the list shows, as data. Quantities are millionths."""

from __future__ import annotations

from dataclasses import dataclass

from tracking.models import Batch, SerialNumber


@dataclass(frozen=True, slots=True)
class BatchPart:
    """How much of a batch is there; ``state`` and ``words`` are of the badge of its expiry."""

    batch: Batch
    quantity: int
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class SerialPart:
    """A serial number that is there; of a past day ``quantity`` can be something else than one."""

    serial: SerialNumber
    quantity: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What a row holds. With ``rest``, what is counted and not listed, it adds up to the row's quantity.

    ``without_batch`` is what was there on a past day before the item was tracked by batch.
    """

    batches: tuple[BatchPart, ...] = ()
    unbatched: tuple[BatchPart, ...] = ()
    without_batch: int = 0
    serials: tuple[SerialPart, ...] = ()
    unnumbered: int = 0
    rest: int = 0
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class StockRow:
    """A variant at a location; ``contents`` is there where the row was opened."""

    variant: int
    sku: str
    item: int
    label: str
    unit: str
    mode: str
    location: int
    place: str
    numbers: int  # batches with a number, or serial numbers
    without: int
    quantity: int
    is_below: bool
    contents: Contents | None = None


@dataclass(frozen=True, slots=True)
class StockOfVariant:
    """``total`` is of all places that were found."""

    rows: tuple[StockRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class UnitTotal:
    """All that was found in one unit, on all pages; ``is_below`` where some of it is below zero."""

    unit: str
    quantity: int
    is_below: bool
