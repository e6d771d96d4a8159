"""A choice that is none, and what bulk_create passes by: refused in a sentence at every door, at last by the database."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from items.models import Item, Variant
from katana_trace.lib.identity import new_uuid
from katana_trace.lib.numbers import key_of
from tests.build import broken, item, line, refusal
from tests.build import post as post_lines
from tracking.documents.kinds import KINDS
from tracking.drafts.content import DraftContent
from tracking.drafts.save import save_draft
from tracking.ledger.post import next_number
from tracking.models import Location, Partner, Workspace
from tracking.modes.switch import enable_tracking

pytestmark = pytest.mark.django_db

MODE = "“{}” is not a product tracking choice. Use none, batch or serial."
KIND = "“Product” is not a type of item. Use product or material."
ADDON = "belong to the Full Traceability add-on, and this workspace has the Standard plan without it."


def messages(act, *arguments, **named) -> dict[str, list[str]]:
    """What ``act`` is refused with, by field."""
    with pytest.raises(ValidationError) as caught:
        act(*arguments, **named)
    return caught.value.message_dict


@pytest.mark.parametrize("mode", ["Batch", "Batch / lot numbers", "BATCH", "serial "])
def test_a_tracking_that_is_none_is_refused_in_a_sentence(mode):
    """The label of a choice is what the shell may try first."""
    new = Item(name="Salt", tracking_mode=mode)
    assert messages(new.full_clean) == {"tracking_mode": [MODE.format(mode)]}
    assert messages(new.save) == {"tracking_mode": [MODE.format(mode)]}
    flour = item("Flour")
    flour.tracking_mode = mode
    assert messages(flour.full_clean) == {"tracking_mode": [MODE.format(mode)]}
    assert messages(flour.save) == {"tracking_mode": [MODE.format(mode)]}
    assert messages(flour.save, update_fields=["tracking_mode"]) == {"tracking_mode": [MODE.format(mode)]}
    assert Item.objects.get().tracking_mode == "none"


def test_a_tracked_item_is_not_switched_to_what_is_none():
    flour = item("Flour", "serial")
    flour.tracking_mode = "Batch"
    assert messages(flour.save) == {"tracking_mode": [MODE.format("Batch")]}


def test_the_verb_refuses_a_tracking_that_is_none(manager):
    sentence = "“Batch” is no tracking to enable. Use batch or serial."
    assert refusal(enable_tracking, item=item("Flour"), to="Batch", by=manager, reason="Asked") == sentence


def test_a_kind_of_item_that_is_none_is_refused_in_a_sentence():
    assert messages(Item(name="Salt", kind="Product").save) == {"kind": [KIND]}
    assert messages(Item(name="Salt", kind="Product").full_clean) == {"kind": [KIND]}
    flour = item("Flour")
    flour.kind = "Product"
    assert messages(flour.save) == {"kind": [KIND]}
    flour.save(update_fields=["unit"])


def test_the_admin_refuses_both(client, admin_user):
    client.force_login(admin_user)
    typed = {"name": "Salt", "kind": "Product", "unit": "kg", "tracking_mode": "Batch"}
    page = client.post("/admin/items/item/add/", typed)
    assert page.status_code == 422
    assert sorted(page.context["adminform"].form.errors) == ["kind", "tracking_mode"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("plan", "Standard", "“Standard” is not a plan. Use standard or professional."),
        ("default_tracking", "Batch", MODE.format("Batch")),
    ],
)
def test_a_workspace_with_what_is_none_is_refused_in_a_sentence(name, value, sentence):
    workspace = Workspace(pk=1, **{name: value})
    assert messages(workspace.save) == {name: [sentence]}
    Workspace(pk=1).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Workspace.objects.update(**{name: value})


def test_a_kind_of_document_that_is_none_is_refused_in_a_sentence(operator):
    sentence = f"“Shipment” is no kind of document. Use one of {', '.join(KINDS)}."
    item("Salt", skus=("SALT",))
    assert refusal(post_lines, "Shipment", line("SALT", 1)) == sentence
    assert refusal(post_lines, "Shipment", line("SALT", 1), number="SO-1") == sentence
    assert refusal(next_number, "Shipment") == sentence
    save = {"token": new_uuid(), "content": DraftContent("Shipment"), "revision": 0, "by": operator}
    assert refusal(save_draft, **save) == sentence


# -- what bulk_create passes by -------------------------------------------------------------------------------------------


def row(model, **fields):
    """One row as bulk_create stores it: the model's ``save`` has no say."""
    with transaction.atomic():
        return model.objects.bulk_create([model(**fields)])


def test_tracking_without_the_add_on_is_refused_by_the_database():
    row(Item, name="Rye", key="rye", tracking_mode="batch")  # no row of the workspace: Professional
    Workspace(pk=1, plan="standard").save()
    for mode in ("batch", "serial"):
        with pytest.raises(IntegrityError, match=ADDON):
            row(Item, name="Salt", key="salt", tracking_mode=mode)
    row(Item, name="Salt", key="salt")
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(key="salt").update(tracking_mode="batch", tracking_epoch=1)
    rye = Item.objects.get(key="rye")
    rye.name = "Rye flour"
    rye.save()  # what is tracked already goes on
    Workspace(pk=1, plan="standard", has_traceability_addon=True).save()
    row(Item, name="Bun", key="bun", tracking_mode="serial")
    Workspace(pk=1, plan="professional").save()
    row(Item, name="Roll", key="roll", tracking_mode="serial")
    assert set(broken()) <= {17}  # what comes past the models is in no change log


def test_a_switch_without_the_add_on_is_refused_by_the_database(monkeypatch, manager):
    """Also where the program would forget to ask."""
    flour = item("Flour")
    Workspace(pk=1, plan="standard").save()
    monkeypatch.setattr("tracking.modes.check.refusal_of_addon", lambda: "")
    assert ADDON in refusal(enable_tracking, item=flour, to="batch", by=manager, reason="Asked")
    assert Item.objects.get().tracking_mode == "none"


def test_rows_without_their_key_are_refused_by_the_database():
    salt = item("Salt")
    sentence = "needs its key, which is computed when the row is saved. Save each row by itself."
    for model, fields in (
        (Item, {"name": "Flour"}),
        (Variant, {"sku": "FLOUR", "item": salt}),
        (Location, {"name": "Shop"}),
        (Partner, {"name": "Spar"}),
    ):
        with pytest.raises(IntegrityError, match=sentence):
            row(model, **fields)
        named = fields[model.NAMED]
        row(model, **fields, key=key_of(named))
        with pytest.raises(IntegrityError, match=sentence), transaction.atomic():
            model.objects.filter(key=key_of(named)).update(key="")
    with pytest.raises(IntegrityError, match="A variant with a GTIN needs its GTIN key"):
        row(Variant, sku="RYE", key="rye", item=salt, gtin="96385074")
    assert set(broken()) <= {17}  # what comes past the models is in no change log
