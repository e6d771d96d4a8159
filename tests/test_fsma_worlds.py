"""The records of whole companies, judged by the file that the company came from, by the ledger, and by LibreOffice."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import subprocess
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from katana_trace.lib.safe_csv import BOM
from tests.worlds import world
from tracking.fsma.asked import read_asked
from tracking.fsma.sheet_csv import write_csv
from tracking.fsma.sheet_xlsx import write_xlsx
from tracking.ledger.sql import fetch
from tracking.models import Document, Location, Partner, Workspace
from tracking.trace.walk import STANDING

pytestmark = pytest.mark.django_db

ALL = {"since": date(2000, 1, 1)}
ROLES = {
    "receipt": "received",
    "customer_return": "received",
    "shipment": "shipped",
    "supplier_return": "shipped",
}
# What 21 CFR 1.1340, 1.1345 and 1.1350 ask of each event, as columns; a location description is a name, address and phone.
ALWAYS = [
    "date",
    "traceability_lot_code",
    "product_description",
    "quantity",
    "unit",
    "document_type",
    "document_number",
]
NEEDED = {
    "receiving": ["source", "from", "to"],
    "shipping": ["source", "from", "to"],
    "transformation made": ["source", "to"],
    "transformation used": ["from"],
}
SOFFICE = shutil.which("soffice")


def records(**asked) -> list[dict[str, str]]:
    text = b"".join(write_csv(read_asked(**asked))).decode().removeprefix(BOM)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def described(partners: int) -> None:
    """Gives the business and one location of a world addresses, and the first of its partners too."""
    Workspace.objects.create(pk=1, business_name="World Foods", business_address="Field 1", business_phone="555-0100")
    Location.objects.filter(name="Shop").update(address="Street 2")
    for partner in Partner.objects.order_by("key")[:partners]:
        Partner.objects.filter(pk=partner.pk).update(address="Road 3", phone="" if partner.pk % 2 else "555-0101")


def moved_by_the_file(company) -> dict[tuple, Decimal]:
    """(kind, document, role, SKU, number) to the quantity that the world's own file says; what was reversed left out."""
    rows = list(csv.DictReader(io.StringIO(company.answer("movements.csv"))))
    reversed_ = {(row["kind"], row["reverses"]) for row in rows if row.get("reverses")}
    sums: dict[tuple, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.get("reverses") or (row["kind"], row["document"]) in reversed_:
            continue
        quantity = Decimal(row["quantity"])
        role = ROLES.get(row["kind"]) or ("used" if quantity < 0 else "made") * (row["kind"] == "production")
        if role:
            number = (row["batch_number"] or row["serial_number"]).casefold()
            sums[row["kind"], row["document"], role, row["sku"], number] += abs(quantity)
    return dict(sums)


def moved_by_the_sheet(rows: list[dict[str, str]]) -> dict[tuple, Decimal]:
    sums: dict[tuple, Decimal] = defaultdict(Decimal)
    for row in rows:
        kind = row["document_type"].lower().replace(" ", "_")
        if kind not in ("transfer", "adjustment"):
            key = (kind, row["document_number"], row["role"], row["sku"], row["our_lot_number"].casefold())
            sums[key] += Decimal(row["quantity"])
    return dict(sums)


@pytest.mark.parametrize(("seed", "rich"), [(31, False), (32, True)])
def test_fsma_records_of_a_world_are_those_of_its_file(seed, rich):
    company = world(seed=seed, rich=rich, documents=400)
    company.load()
    rows = records(**ALL)
    assert moved_by_the_sheet(rows) == moved_by_the_file(company)
    lots = [
        (row["event_id"], row["role"], row["sku"], row["our_lot_number"], row["from_name"], row["to_name"])
        for row in rows
    ]
    assert len(set(lots)) == len(lots)
    assert all(Decimal(row["quantity"]) > 0 for row in rows)


@pytest.mark.parametrize(("seed", "rich"), [(33, False), (34, True)])
def test_fsma_transfers_and_relabelling_of_a_world_sum_to_the_ledger(seed, rich):
    """Places without addresses: each move is an event. An adjustment is one where it takes and puts the same variant."""
    world(seed=seed, rich=rich, documents=400).load()
    sums: dict[tuple, Decimal] = defaultdict(Decimal)
    for row in records(**ALL):
        if row["document_type"] in ("Transfer", "Adjustment"):
            sign = -1 if row["role"] in ("shipped", "used") else 1
            place = row["from_name"] if sign < 0 else row["to_name"]
            sums[int(row["event_id"][1:]), row["sku"], row["our_lot_number"], place] += sign * Decimal(row["quantity"])
    ledger = {
        (document, sku, number, place): Decimal(quantity) / 1_000_000
        for document, sku, number, place, quantity in fetch(
            "SELECT d.id, v.sku, coalesce(b.number, s.number, ''), p.name, sum(l.quantity) FROM tracking_document d"
            " JOIN tracking_ledgerline l ON l.document_id = d.id JOIN items_variant v ON v.id = l.variant_id"
            " JOIN tracking_location p ON p.id = l.location_id LEFT JOIN tracking_batch b ON b.id = l.batch_id"
            f" LEFT JOIN tracking_serialnumber s ON s.id = l.serial_id WHERE {STANDING} AND (d.kind = 'transfer'"
            " OR d.kind = 'adjustment' AND (SELECT count(DISTINCT u.quantity > 0) FROM tracking_ledgerline u"
            "  WHERE u.document_id = d.id AND u.variant_id = l.variant_id) = 2) GROUP BY 1, 2, 3, 4"
        )
    }
    assert sums == ledger
    assert ledger


@pytest.mark.parametrize(("seed", "rich", "partners"), [(35, True, 0), (36, True, 9), (37, False, 99)])
def test_fsma_gaps_of_a_world_name_every_mandatory_cell_that_is_empty(seed, rich, partners):
    world(seed=seed, rich=rich, documents=400).load()
    if partners:
        described(partners)
    with write_xlsx(read_asked(**ALL), said=[], site="") as file:
        book = load_workbook(file, read_only=True)
        gaps = [row[:4] for row in book["Missing"].iter_rows(min_row=2, values_only=True)]
    named = {(what, name, lacks.split(":")[0]) for what, name, lacks, _ in gaps}
    unused = set(named)
    for row in records(**ALL):
        for what, name, lacks in holes(row):
            assert (what, name, lacks) in named, row
            unused.discard((what, name, lacks))
    assert {gap for gap in unused if gap[0] != "Business"} == set()
    assert (("Business", "Ours", "Business name") in named) == (not partners)


def holes(row: dict[str, str]) -> list[tuple[str, str, str]]:
    """What has to be on the list, for each mandatory cell of ``row`` that is empty."""
    found = []
    item = row["product_description"].split(", ")[0]
    for column in ALWAYS:
        if not row[column]:
            assert column == "traceability_lot_code", row
            found.append(("Item", item, "Lot code"))
    parties = NEEDED[row["event"]] if row["event"] in NEEDED else NEEDED[f"{row['event']} {row['role']}"]
    for party in parties:
        name, address, phone = (row[f"{party}_{part}"] for part in ("name", "address", "phone"))
        if not name and party == "source":
            kind = "Serial number" if row["sku"].startswith("DEV") else "Batch"
            if row["traceability_lot_code"]:
                found.append((kind, f"{row['sku']} {row['our_lot_number']}", "Lot code source"))
        elif not name:
            found.append(("Document", row["document_number"], party.capitalize()))
        elif not (address and phone):
            lacks = " and ".join(what for what, text in (("address", address), ("phone", phone)) if not text)
            is_ours = Location.objects.filter(name=name.removeprefix("World Foods, ")).exists()
            found.append(("Location" if is_ours else "Partner", name.removeprefix("World Foods, "), lacks.capitalize()))
    return found


def test_fsma_records_of_a_world_are_sorted_by_day_and_posting():
    world(seed=38, rich=True, documents=400).load()
    rows = records(**ALL)
    order = ["used", "made", "shipped", "received"]
    keys = [(row["date"], int(row["event_id"][1:]), order.index(row["role"]), row["sku"]) for row in rows]
    assert keys == sorted(keys)
    assert len({row["date"] for row in rows}) > 20


def test_fsma_records_of_a_lot_are_among_those_of_its_chain_and_of_all():
    company = world(seed=39, rich=True, documents=300)
    company.load()
    everything = [tuple(row.values()) for row in records(**ALL)]
    for answer in company.traces:
        lot = f"{answer['sku']} {answer['number']}"
        own, chain = records(lot=lot), records(lot=lot, with_chain=True)
        assert read_asked(lot=lot, with_chain=True).lot_count == 1 + len(answer["made_from"]) + len(answer["made_into"])
        wider = [tuple(row.values()) for row in chain]
        assert [row for row in everything if row in set(wider)] == wider
        assert {tuple(row.values()) for row in own} <= set(wider)
        shipped = {
            (row["document_number"], row["sku"], row["our_lot_number"], row["to_name"])
            for row in chain
            if row["document_type"] == "Shipment" and [row["sku"], row["our_lot_number"]] not in answer["made_from"]
        }
        assert shipped == {
            (document, sku, number, partner) for sku, number, partner, document, _ in answer["shipments"]
        }
        suppliers = {row["from_name"] for row in chain if row["document_type"] == "Receipt"}
        assert suppliers >= set(answer["suppliers"])


def needs_libreoffice() -> None:
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed (Debian: apt install --no-install-recommends libreoffice-calc)")


def test_fsma_spreadsheet_opens_in_libreoffice_with_the_same_records(tmp_path):
    """Each sheet as LibreOffice reads it, written by it as CSV."""
    needs_libreoffice()
    world(seed=11, rich=True, documents=300).load()
    described(5)
    with write_xlsx(read_asked(**ALL), said=[("From", "2000-01-01")], site="http://site") as file:
        (tmp_path / "sheet.xlsx").write_bytes(file.read())
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    convert(tmp_path, every_sheet)
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == [
        f"sheet-{name}.csv" for name in ("Glossary", "Missing", "Records")
    ]
    seen = list(csv.DictReader((tmp_path / "sheet-Records.csv").open(encoding="utf-8-sig", newline="")))
    ours = records(**ALL)
    assert len(seen) == len(ours) > 800
    for one, other in zip(seen, ours, strict=True):
        texts = [re.sub(r"^'(?=[=+\-@'])", "", value) for value in other.values()]
        assert list(one.values()) == texts
    gaps = list(csv.reader((tmp_path / "sheet-Missing.csv").open(encoding="utf-8-sig", newline="")))
    assert len(gaps) > 3
    assert Document.objects.count() > 250


def convert(folder: Path, to: str) -> None:
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            to,
            "--outdir",
            str(folder),
            str(folder / "sheet.xlsx"),
        ],
        check=True,
        capture_output=True,
        timeout=180,
        env={**os.environ, "HOME": str(folder)},
    )
