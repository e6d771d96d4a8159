"""A bakery with something to recall, and cases over it."""

from __future__ import annotations

from tests import build
from tests.build import line, post
from tracking.models import Location, Partner, Recall
from tracking.recalls.open import open_recall
from tracking.recalls.since import since_opening
from tracking.recalls.wanted import find_typed


def make_bakery() -> None:
    """Flour F1 in dough D1 and D2, bread of both, shipped to two customers; F2 is in nothing of it."""
    build.item("Flour", "batch", unit="kg", skus=("FLOUR",))
    build.item("Dough", "batch", unit="kg", skus=("DOUGH",))
    build.item("Bread", "batch", skus=("BREAD",))
    post("receipt", line("FLOUR", 100, batch="F1"), line("FLOUR", 50, batch="F2"), partner="Northmill")
    post("production", line("FLOUR", -30, batch="F1"), line("DOUGH", 40, batch="D1"))
    post("production", line("FLOUR", -20, batch="F1"), line("DOUGH", 30, batch="D2"))
    post("production", line("DOUGH", -40, batch="D1"), line("DOUGH", -10, batch="D2"), line("BREAD", 60, batch="B1"))
    post("production", line("FLOUR", -5, batch="F2"), line("BREAD", 9, batch="B9"))
    post("shipment", line("BREAD", -20, batch="B1"), partner="Café Blau", number="SO-1")
    post("shipment", line("BREAD", -15, batch="B1"), partner="Hotel Linde", number="SO-2")
    post("supplier_return", line("FLOUR", -3, batch="F1"), partner="Northmill")
    post("adjustment", line("FLOUR", -2, batch="F1"))
    cafe = Partner.objects.get(key="café blau")
    cafe.email, cafe.phone, cafe.address = "info@cafe.example", "+43 1 2", "Ring 1\nWien"
    cafe.save()
    main = Location.objects.get(key="main")
    main.phone, main.address = "+43 5 55", "Mill Lane 1"
    main.save()


def opened(by, lots: str = "FLOUR F1", kind: str = "recall", title: str = "Glass in flour") -> Recall:
    return open_recall(roots=find_typed(lots), kind=kind, title=title, reason="Glass was found in it.", by=by)


def read(client, recall: Recall, part: str = "") -> str:
    response = client.get(f"{recall.get_absolute_url()}{part}")
    assert response.status_code == 200
    return response.content.decode()


def depths(recall: Recall) -> dict[str, int]:
    return dict(recall.lots.values_list("number", "depth"))


def changes(recall: Recall) -> dict[str, list[str]]:
    """What changed since, by heading."""
    return {name: list(words) for name, words in since_opening(recall).changes}
