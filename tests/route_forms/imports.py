"""Forms of the import page: a file uploaded, its columns chosen, looked at again, imported, removed; and another's file."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import build
from tests.route_forms.form import Form, Sent
from tests.route_forms.workshop import Workshop
from tracking.imports.kinds import KINDS

EVERY = {
    "items": "item,kind,unit,tracking,sku,variant,gtin,shelf_life_days\r\nSalt,material,kg,none,SALT,,,\r\n",
    "variants": "item,sku,variant,gtin\r\nFlour,FLOUR-9,9 kg,\r\n",
    "locations": "location\r\nCellar\r\n",
    "partners": "partner\r\nHotel\r\n",
    "batches": "sku,batch_number,supplier_batch\r\nFLOUR,L1,NM 1\r\n",
    "serials": "sku,location,serial_number\r\nPUMP,Main,P1\r\nPUMP,Main,P2\r\n",
    "stock": "sku,location,quantity,batch_number,expires_on,serial_number\r\nBAG,Main,4,,,\r\n",
    "movements": "kind,document,posted_at,partner,location,sku,batch_number,expires_on,serial_number,quantity,note\r\n"
    "receipt,PO-7,2026-01-06T08:00:00Z,Mill,Main,FLOUR,L7,,,5,\r\n"
    "shipment,SO-7,2026-01-07T08:00:00Z,Café,Main,FLOUR,L7,,,-2,\r\n",
}
WRITES = {
    "items": "items_item items_variant",
    "variants": "items_variant",
    "locations": "tracking_location",
    "partners": "tracking_partner",
    "batches": "tracking_batch tracking_recordchange",
    "serials": "tracking_serialnumber tracking_document",
    "stock": "tracking_document tracking_stocklevel",
    "movements": "tracking_document tracking_ledgerline tracking_batch",
}
FOREIGN = "Ort,Telefon\r\nKeller,+43 1\r\n"
OPERATOR = frozenset(["operator"])
OF_OPERATOR = {"may": OPERATOR, "refused": ("404",)}
MANAGERS = frozenset(["manager", "staff", "superuser"])


def file_of(content: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("file.csv", content.encode(), "text/csv")


def new(kind: str):
    return lambda company, client: {"kind": kind, "file": file_of(EVERY[kind])}


def previewed(kind: str):
    """Of the manager, who looked at the preview."""

    def make(company: Workshop, client: Client) -> Sent:
        made = company.uploaded(company.desk, kind, EVERY[kind])
        return Sent({"digest": made.digest}, {"token": made.token})

    return make


def of_operator(kind: str):
    def make(company: Workshop, client: Client) -> Sent:
        made = company.uploaded(company.counter, kind, EVERY[kind])
        return Sent({"digest": made.digest}, {"token": made.token})

    return make


def mapped(company: Workshop, client: Client) -> Sent:
    made = company.uploaded(company.desk, "locations", FOREIGN)
    return Sent({"place-location": "0", "place-phone": "1", "place-address": ""}, {"token": made.token})


def looked_at_again(company: Workshop, client: Client) -> Sent:
    """A file whose preview says something else by now: the place is there already."""
    made = company.uploaded(company.desk, "locations", EVERY["locations"])
    build.location("Cellar")
    return Sent({}, {"token": made.token})


def reversing(uploader: str):
    """A movements file that reverses a receipt, of the manager or of the operator, who may not."""

    def make(company: Workshop, client: Client) -> Sent:
        build.post("receipt", build.line("BAG", 2), number="PO-R")
        head = EVERY["movements"].partition("\r\n")[0]
        content = f"{head},reverses\r\nreceipt,PO-RR,2026-01-06T08:00:00Z,,Main,BAG,,,,-2,,PO-R\r\n"
        made = company.uploaded(getattr(company, uploader), "movements", content)
        return Sent({"digest": made.digest}, {"token": made.token})

    return make


FORMS = [
    *[
        Form(
            "tracking:import_new",
            new(kind),
            "tracking_fileimport files",
            act=kind,
            may=MANAGERS if KINDS[kind].permission in ("items.add_item", "items.add_variant", "tracking.change_batch")
            else None,
            refused=("422",),  # no choice of the form for the operator, who may import other files
        )
        for kind in EVERY
    ],
    Form("tracking:import_mapping", mapped, "tracking_fileimport tracking_rememberedmapping"),
    Form("tracking:import_preview", looked_at_again, "tracking_fileimport"),
    *[Form("tracking:import_commit", previewed(kind), f"tracking_fileimport {WRITES[kind]}", act=kind) for kind in EVERY],
    Form("tracking:import_delete", previewed("movements"), "tracking_fileimport files"),
    Form("tracking:import_commit", of_operator("movements"), "tracking_document", act="operator's", **OF_OPERATOR),
    Form("tracking:import_commit", reversing("desk"), "tracking_document", act="reversal"),
    Form("tracking:import_commit", reversing("counter"), "", act="operator's reversal", **OF_OPERATOR),
    Form("tracking:import_preview", of_operator("stock"), "", act="operator's", **OF_OPERATOR),
    Form("tracking:import_delete", of_operator("serials"), "files", act="operator's", **OF_OPERATOR),
]  # fmt: skip
