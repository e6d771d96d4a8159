"""Forms of documents: drafts of each kind begun, saved, posted and deleted, serial numbers in them, and the reversal."""

from __future__ import annotations

from django.test import Client

from katana_trace.lib.identity import new_uuid
from tests.route_forms.form import Form, Sent
from tests.route_forms.workshop import Workshop
from tests.sheet import Sheet
from tracking.documents.kinds import KINDS
from tracking.models import Draft

POSTED = "tracking_document tracking_ledgerline tracking_stocklevel"


def of_kind(kind: str, do: str):
    """A new document of ``kind`` with one line of bags, as the page of who may write it sends it."""

    def make(company: Workshop, client: Client) -> Sent:
        page = Sheet.new(company.desk, kind).fill(sku_0="BAG", quantity_0="2", location=company.main.pk)
        if kind in ("transfer", "production"):
            page.fill(to_location=(company.shelf if kind == "transfer" else company.main).pk)
        if "partner" in {name for name, _ in page.form.fields}:
            page.fill(partner="Mill")
        return Sent(page.data(do), {"kind": kind})

    return make


def draft_posted(company: Workshop, client: Client) -> dict:
    return Sheet.of(company.desk, company.draft).fill(location=company.main.pk, sku_0="BAG").data("post")


def draft_saved(company: Workshop, client: Client) -> dict:
    return Sheet.of(company.desk, company.draft).fill(quantity_0="7", note="Two pallets").data("save")


def draft_left(company: Workshop, client: Client) -> Sent:
    """Posted from the page of a draft that somebody deleted: what is typed comes as a draft again."""
    token = new_uuid()
    page = Sheet.new(company.desk, "shipment").fill(sku_0="BAG", quantity_0="1", location=company.main.pk, token=token)
    page.send("save")
    return Sent({}, {"token": Draft.objects.get(pk=token).pk})


def serials(company: Workshop, client: Client) -> Sent:
    line = company.oven_draft.lines.get()
    return Sent(
        {"do": "serials", "scan": "S8\r\nS9", "range": ""}, {"token": company.oven_draft.token, "line": line.pk}
    )


def reversal(company: Workshop, client: Client) -> Sent:
    return Sent({"reason": "Entered twice", "token": str(new_uuid())}, {"pk": company.shipped.pk})


FORMS = [
    *[Form("tracking:document_new", of_kind(kind, "post"), POSTED, act=f"{kind}, post") for kind in KINDS],
    Form("tracking:document_new", of_kind("receipt", "save"), "tracking_draft tracking_draftline", act="save"),
    Form("tracking:draft_edit", draft_saved, "tracking_draft tracking_draftline", act="save"),
    Form("tracking:draft_edit", draft_posted, f"{POSTED} tracking_draft", act="post"),
    Form("tracking:draft_serials", serials, "tracking_draftline"),
    Form("tracking:draft_delete", lambda company, client: {}, "tracking_draft tracking_draftline"),
    Form("tracking:draft_delete", draft_left, "tracking_draft", act="of another kind"),
    Form("tracking:document_reverse", reversal, POSTED),
]
