"""The trace page and the trace command over whole companies: the same answer, and that of an independent program."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from tests.test_trace_pages import outline_numbers
from tests.worlds import traced, world
from tracking.trace.lot import find_lot
from tracking.trace.read_graph import graph_of

pytestmark = pytest.mark.django_db

COLUMNS_OF_BALANCE = (
    "opening",
    "received",
    "produced",
    "used",
    "shipped",
    "returned",
    "sent_back",
    "adjusted",
    "on_hand",
)


def page_says(client, address: str) -> dict:
    """The answer of the trace command, put together from what the page exports."""
    content = b"".join(client.get(f"{address}trace.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))

    def lots(kind: str) -> list[list[str]]:
        return sorted([row["sku"], row["number"]] for row in rows if row["row"] == kind)

    def partners(kind: str, side: str) -> list[dict[str, str]]:
        """The handovers of the lot itself and of those on the side that the command asks."""
        ours = {(sku, number) for sku, number in [*lots("lot"), *lots(side)]}
        return [row for row in rows if row["row"] == kind and (row["sku"], row["number"]) in ours]

    shipped = partners("shipped", "made_into")
    return {
        "made_from": lots("made_from"),
        "made_into": lots("made_into"),
        "suppliers": sorted({row["partner"] for row in partners("received", "made_from") if row["partner"]}),
        "customers": sorted({row["partner"] for row in shipped if row["partner"]}),
        "shipments": sorted([r["sku"], r["number"], r["partner"], r["document"], r["quantity"]] for r in shipped),
        "balance": {
            row["kind"]: row["quantity"] for row in rows if row["row"] == "balance" and row["kind"] != "not_accounted"
        },
        "gaps": [],
    }


@pytest.mark.parametrize(("seed", "rich"), [(seed, rich) for seed in range(11, 16) for rich in (False, True)])
def test_trace_page_and_command_give_the_answers_of_a_world(client, viewer, seed, rich):
    company = world(seed=seed, rich=rich, documents=2000)
    company.load()
    client.force_login(viewer)
    for answer in company.traces:
        wanted = {name: answer[name] for name in answer if name not in ("sku", "number", "tracking")} | {"gaps": []}
        lot = find_lot(sku=answer["sku"], number=answer["number"])
        address = reverse("tracking:trace_serial" if lot.is_serial else "tracking:trace_batch", args=[lot.id])
        assert page_says(client, address) == wanted
        assert traced(answer["sku"], answer["number"]) == wanted
        graph = graph_of(lot.place)
        for places, name in ((graph.made_from, "made_from"), (graph.made_into, "made_into")):
            assert (
                sorted([graph.lots[place].facts.sku, graph.lots[place].facts.number] for place in places)
                == wanted[name]
            )


def test_trace_page_lists_every_lot_of_the_answer(client, viewer):
    company = world(seed=11, rich=True, documents=2000)
    company.load()
    client.force_login(viewer)
    for answer in company.traces[:5]:
        lot = find_lot(sku=answer["sku"], number=answer["number"])
        address = reverse("tracking:trace_serial" if lot.is_serial else "tracking:trace_batch", args=[lot.id])
        said = outline_numbers(client.get(f"{address}?steps=all&show=all").content.decode())
        assert sorted(said["Made from"]) == sorted(number for _, number in answer["made_from"])
        assert sorted(said["Made from it"]) == sorted(number for _, number in answer["made_into"])
