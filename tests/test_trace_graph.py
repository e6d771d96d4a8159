"""The graph around a lot, and what is drawn and listed of it (rule 13)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from katana_trace.lib import days
from tests.build import batch, item, line, post, reverse, switch_off
from tracking.models import Batch
from tracking.trace.drawing import draw
from tracking.trace.graph import Graph
from tracking.trace.outline import outline_of
from tracking.trace.picture import FEW, Picture, picture_of
from tracking.trace.read_graph import graph_of
from tracking.trace.strip import strip_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def bakery():
    """Flour and salt into dough, dough into bread and rolls at once, bread to two customers; bags have no tracking."""
    for name, unit in (("Flour", "kg"), ("Salt", "kg"), ("Dough", "kg"), ("Bread", "pcs"), ("Rolls", "pcs")):
        item(name, "batch", unit=unit, skus=(name.upper(),))
    item("Bag", skus=("BAG",))
    post("receipt", line("FLOUR", 100, batch="F1"), partner="Northmill", number="PO-1")
    post("receipt", line("SALT", 10, batch="S1"), line("BAG", 50), partner="Saltworks", number="PO-2")
    post(
        "production",
        line("FLOUR", -40, batch="F1"),
        line("SALT", -1, batch="S1"),
        line("DOUGH", 60, batch="D1"),
        number="MO-1",
    )
    post(
        "production",
        line("DOUGH", -60, batch="D1"),
        line("BAG", -20),
        line("BREAD", 50, batch="B1"),
        line("ROLLS", 200, batch="R1"),
        number="MO-2",
    )
    post("shipment", line("BREAD", -30, batch="B1"), partner="Café", number="SO-1")
    post("shipment", line("BREAD", -5, batch="B1"), line("ROLLS", -20, batch="R1"), partner="Deli", number="SO-2")
    post("customer_return", line("BREAD", 2, batch="B1"), partner="Café", number="RET-1")


def graph(number: str, **options) -> Graph:
    found = graph_of((False, batch(number).pk), **options)
    assert found is not None
    return found


def titles(picture: Picture) -> dict[str, int]:
    return {node.title: node.layer for node in picture.nodes}


def edges(picture: Picture) -> list[tuple[str, str, str]]:
    names = {node.key: node.title for node in picture.nodes}
    return sorted((names[edge.source], names[edge.target], edge.amount) for edge in picture.edges)


def test_graph_has_every_lot_with_its_steps_and_who_brought_and_got_it(bakery):
    found = graph("D1")
    numbers = {lot.facts.number: (lot.back, lot.ahead) for lot in found.lots.values()}
    assert numbers == {"F1": (1, None), "S1": (1, None), "D1": (0, 0), "B1": (None, 1), "R1": (None, 1)}
    assert {lot.facts.number: lot.on_hand for lot in found.lots.values()} == {
        "F1": 60_000_000, "S1": 9_000_000, "D1": 0, "B1": 17_000_000, "R1": 180_000_000,
    }  # fmt: skip
    assert [(one.party.name, one.number, one.quantity) for one in found.receipts] == [
        ("Northmill", "PO-1", 100_000_000),
        ("Saltworks", "PO-2", 10_000_000),
    ]
    assert sorted((one.party.name, one.number, one.quantity) for one in found.shipments) == [
        ("Café", "SO-1", 30_000_000),
        ("Deli", "SO-2", 5_000_000),
        ("Deli", "SO-2", 20_000_000),
    ]
    assert [(one.party.name, one.quantity) for one in found.returns] == [("Café", 2_000_000)]
    assert found.is_complete


def test_picture_goes_from_supplier_to_customer_with_quantities(bakery):
    picture = picture_of(graph("D1"))
    assert titles(picture) == {
        "Northmill": -2, "Saltworks": -2, "F1": -1, "S1": -1, "D1": 0, "B1": 1, "R1": 1, "Café": 2, "Deli": 2,
    }  # fmt: skip
    assert edges(picture) == [
        ("B1", "Café", "30 pcs"),
        ("B1", "Deli", "5 pcs"),
        ("D1", "B1", "60 kg"),
        ("D1", "R1", "60 kg"),
        ("F1", "D1", "40 kg"),
        ("Northmill", "F1", "100 kg"),
        ("R1", "Deli", "20 pcs"),
        ("S1", "D1", "1 kg"),
        ("Saltworks", "S1", "10 kg"),
    ]
    assert (picture.further_back, picture.further_ahead, picture.loops, picture.is_grouped) == (0, 0, 0, False)


def test_picture_shows_goods_that_are_not_tracked_beside_what_they_went_into(bakery):
    picture = picture_of(graph("B1"))
    assert titles(picture)["Bag"] == -1
    assert ("Bag", "B1", "20 pcs") in edges(picture)


def test_picture_is_cut_by_the_number_of_steps_and_says_what_is_beyond(bakery):
    picture = picture_of(graph("B1"), levels=1)
    assert "F1" not in titles(picture)
    assert "Northmill" not in titles(picture)
    assert (picture.further_back, picture.further_ahead) == (2, 0)


def test_a_lot_that_is_reached_on_two_ways_stands_where_every_arrow_points_to_the_right(bakery):
    post(
        "production",
        line("FLOUR", -1, batch="F1"),
        line("BREAD", -1, batch="B1"),
        line("ROLLS", 10, batch="R2"),
        number="MO-3",
    )
    picture = picture_of(graph("R2"))
    layers = titles(picture)
    assert (layers["F1"], layers["D1"], layers["B1"], layers["R2"]) == (-3, -2, -1, 0)
    assert graph("R2").lots[(False, batch("F1").pk)].back == 1  # the shortest way
    assert all(layers[source] < layers[target] for source, target, _ in edges(picture))
    assert ("F1", "R2", "1 kg") in edges(picture)


def test_a_cycle_is_counted_and_not_drawn_to_the_left(bakery):
    post("production", line("BREAD", -1, batch="B1"), line("DOUGH", 1, batch="D1"), number="MO-3")
    picture = picture_of(graph("D1"))
    layers = titles(picture)
    assert all(layers[source] < layers[target] for source, target, _ in edges(picture))
    assert picture.loops == 1
    found = outline_of(graph("D1"), levels=None, most=50)
    sides = [
        sorted(entry.lot.facts.number for level in side for entry in level.entries)
        for side in (found.back, found.ahead)
    ]
    assert sides == [["B1", "F1", "S1"], ["B1", "R1"]]


def test_a_layer_with_many_lots_is_grouped_by_variant_with_the_sums(bakery):
    item("Oven", "serial", skus=("OVEN",))
    post(
        "production",
        line("FLOUR", -1, batch="F1"),
        *[line("OVEN", 1, serial=f"O{n:03}") for n in range(300)],
        number="MO-9",
    )
    post("shipment", *[line("OVEN", -1, serial=f"O{n:03}") for n in range(20)], partner="Hotel", number="SO-9")
    picture = picture_of(graph("F1"))
    ours = next(node for node in picture.nodes if node.title == "300 serial numbers")
    assert (ours.words, ours.layer, len(ours.lots)) == (("Oven", "280 pcs here"), 1, 300)
    assert ("F1", "300 serial numbers", "1 kg") in edges(picture)
    assert ("300 serial numbers", "Hotel", "20 pcs") in edges(picture)
    assert picture.is_grouped
    assert sum(1 for node in picture.nodes if node.layer == 1) <= FEW


def test_more_variants_than_a_layer_has_room_for_make_one_last_group():
    item("Flour", "batch", unit="kg", skus=("FLOUR",))
    post("receipt", line("FLOUR", 100, batch="F1"))
    for n in range(20):
        item(f"Cake {n:02}", "batch", skus=(f"CAKE-{n:02}",))
        post("production", line("FLOUR", -1, batch="F1"), line(f"CAKE-{n:02}", 1, batch=f"C{n:02}"))
    nodes = [node for node in picture_of(graph("F1")).nodes if node.layer == 1]
    assert [node.title for node in nodes] == [*(f"C{n:02}" for n in range(FEW - 1)), "13 lots"]
    assert nodes[-1].words == ("of 13 products", "13 pcs here")


def test_many_customers_end_in_one_node_with_their_count(bakery):
    for n in range(12):
        post("shipment", line("ROLLS", -1, batch="R1"), partner=f"Customer {n:02}")
    picture = picture_of(graph("R1"))
    ours = [node.title for node in picture.nodes if node.layer == 1]
    assert len(ours) == FEW
    assert ours[-1] == "6 more customers"
    assert ("R1", "6 more customers", "25 pcs") in edges(picture)


def test_a_gap_is_drawn_as_a_gap(bakery, manager):
    switch_off(batch("D1").variant.item, manager)
    found = graph("F1")
    picture = picture_of(found)
    today = days.today().isoformat()
    gap = next(node for node in picture.nodes if node.kind == "gap")
    assert (gap.title, gap.words, gap.layer) == ("Dough", ("tracking switched off", f"on {today}"), 1)
    assert ("F1", "Dough", "60 kg") in edges(picture)
    assert not found.is_complete
    assert [loose.sentence for loose in outline_of(found, levels=None, most=50).loose_ahead] == [
        f"Continues through Dough, tracking switched off on {today}; restore to follow. (60 kg of Dough)"
    ]


def test_units_without_a_serial_number_are_shown_as_such(bakery):
    item("Oven", "serial", skus=("OVEN",))
    post("production", line("FLOUR", -1, batch="F1"), line("OVEN", 3), number="MO-9")
    node = next(node for node in picture_of(graph("F1")).nodes if node.title == "Oven")
    assert (node.kind, node.words) == ("bare", ("without number",))


def test_graph_as_of_a_day_knows_nothing_that_came_later():
    yesterday, before = days.now() - timedelta(days=1), days.now() - timedelta(days=2)
    for name in ("A", "B"):
        item(name, "batch", skus=(name,))
    post("receipt", line("A", 10, batch="a1"), partner="Northmill", at=before)
    made = post("production", line("A", -4, batch="a1"), line("B", 1, batch="b1"), at=yesterday)
    post("shipment", line("A", -1, batch="a1"), partner="Café")
    reverse(made)

    def seen(as_of) -> tuple:
        found = graph("a1", as_of=as_of)
        into = sorted(lot.facts.number for lot in map(found.lots.get, found.made_into))
        return into, [one.party.name for one in found.shipments], found.balance.on_hand, found.balance.unaccounted

    assert seen(days.day_of(before)) == ([], [], 10_000_000, 0)
    assert seen(days.day_of(yesterday)) == (["b1"], [], 6_000_000, 0)
    assert seen(days.today()) == seen(None) == ([], ["Café"], 9_000_000, 0)


def test_graph_reads_in_as_many_queries_for_one_lot_as_for_a_hundred(bakery):
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            graph_of((False, first))
        return len(caught)

    first = batch("F1").pk
    few = queries()
    for n in range(100):
        post("production", line("FLOUR", "-0.1", batch="F1"), line("BREAD", 1, batch=f"X{n:03}"))
        post("shipment", line("BREAD", -1, batch=f"X{n:03}"), partner=f"Customer {n}")
    assert (few, queries()) == (7, 7)  # both walks, lines, lots, balance, handovers, what was restored


def test_graph_with_goods_without_number_and_gaps_reads_in_eleven_queries(bakery, manager):
    switch_off(batch("D1").variant.item, manager)
    first = batch("F1").pk
    with CaptureQueriesContext(connection) as caught:
        graph_of((False, first))
    assert len(caught) == 11  # and variants, switches, their order, names


def test_graph_of_a_number_that_is_not_there_is_none(bakery):
    assert graph_of((False, Batch.objects.order_by("-pk").first().pk + 1)) is None
    assert graph_of((True, 1)) is None


def test_outline_lists_each_lot_once_with_its_ways(bakery):
    found = outline_of(graph("B1"), levels=None, most=50)
    said = {
        entry.lot.facts.number: [
            f"{way.amount} {way.word} {', '.join(other.facts.number for other in way.others)} in {way.step.number}"
            for way in entry.ways
        ]
        for level in found.back
        for entry in level.entries
    }
    assert said == {"D1": ["60 kg into B1 in MO-2"], "F1": ["40 kg into D1 in MO-1"], "S1": ["1 kg into D1 in MO-1"]}
    assert [(level.number, level.more) for level in found.back] == [(1, 0), (2, 0)]
    assert [(amount, one.kind) for amount, one in found.this.handovers] == [
        ("2 pcs", "customer_return"), ("30 pcs", "shipment"), ("5 pcs", "shipment"),
    ]  # fmt: skip
    assert [loose.sentence for loose in found.loose_back] == ["20 pcs of Bag, which is not tracked."]


def test_outline_leaves_out_what_has_no_room_and_counts_it(bakery):
    found = outline_of(graph("B1"), levels=None, most=1)
    assert [(len(level.entries), level.more) for level in found.back] == [(1, 0), (0, 2)]


def test_drawing_keeps_boxes_apart_and_lines_within(bakery):
    drawing = draw(picture_of(graph("D1")))
    assert [head.text for head in drawing.heads] == ["Suppliers", "Made from", "This lot", "Made from it", "Customers"]
    boxes = [(box.x, box.y) for box in drawing.boxes]
    for n, (x, y) in enumerate(boxes):
        for other_x, other_y in boxes[n + 1 :]:
            assert abs(x - other_x) >= drawing.boxes[0].width or abs(y - other_y) >= drawing.boxes[0].height
    assert all(box.x + box.width <= drawing.width and box.y + box.height <= drawing.height for box in drawing.boxes)
    assert len(drawing.paths) == len(drawing.amounts) == 9


def test_a_line_that_passes_a_column_does_not_run_through_its_boxes(bakery):
    post(
        "production",
        line("FLOUR", -1, batch="F1"),
        line("BREAD", -1, batch="B1"),
        line("ROLLS", 10, batch="R2"),
        number="MO-3",
    )
    drawing = draw(picture_of(graph("R2")))
    passing = [float(part.split("H")[0].split()[-1]) for path in drawing.paths for part in [path] if "H" in path]
    assert passing  # flour goes past dough and bread, straight into the rolls
    for path in drawing.paths:
        for part in path.split("H")[:-1]:
            y = float(part.split()[-1])
            x = float(part.split()[-2])
            assert not any(box.x == x and box.y < y < box.y + box.height for box in drawing.boxes)


def test_strip_spells_out_the_sum_and_what_is_missing(bakery):
    post("adjustment", line("BREAD", -4, batch="B1"))
    strip = strip_of(graph("B1").balance)
    assert [(part.word, part.amount) for part in strip.came] == [("Made", "50"), ("Returned", "2")]
    assert [(part.word, part.amount) for part in strip.gone] == [
        ("on hand", "13"),
        ("shipped", "35"),
        ("adjusted", "4"),
    ]
    assert (strip.percent, strip.is_whole) == ("100", True)
    assert strip.gone[-1].x + strip.gone[-1].width == pytest.approx(1000, abs=0.2)


def test_strip_shows_what_a_lost_line_leaves_unaccounted(bakery):
    found = graph("B1").balance
    lost = strip_of(type(found)(**{**{name: getattr(found, name) for name in found.__slots__}, "shipped": 30_000_000}))
    assert [(part.word, part.amount, part.tone) for part in lost.gone][-1] == ("not accounted for", "5", "bad")
    assert (lost.percent, lost.is_whole) == ("90.3", False)
