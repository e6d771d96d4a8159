"""Pages of the catalogue: the list, and making, changing and archiving items and variants."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from items import catalogue
from items.forms import EditItemForm, EditVariantForm, ItemFilterForm, NewItemForm, VariantForm, refuse
from items.listing import find_variants, items_found, resolve_variant, why_unresolved
from items.models import Item, TrackingMode, Variant
from items.signals import ItemDraft, item_drafting
from katana_trace.lib import days
from katana_trace.lib.htmx import render_page
from katana_trace.lib.numbers import can_be_stored, check_text
from katana_trace.lib.one_moment import shows_one_moment
from katana_trace.lib.paging import page_by_key
from katana_trace.lib.patterns import check_pattern, fill_pattern
from katana_trace.lib.refusal import Refusal

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@shows_one_moment
def item_list(request: HttpRequest) -> HttpResponse:
    chosen = items_asked(request)
    page = page_by_key(items_found(**chosen), order=("key", "id"), cursor=request.GET.get("after", ""))
    said = {**chosen, "archived": "1" if chosen["archived"] else ""}
    context = {
        "page": page,
        "filter": ItemFilterForm(initial=chosen),
        "filters": urlencode({name: value for name, value in said.items() if value}),
        "archived": chosen["archived"],
        "is_filtered": bool(chosen["q"] or chosen["tracking"]),
    }
    return render_page(request, "items/item_list.html", "items/_item_table.html", context)


def items_asked(request: HttpRequest) -> dict:
    """What the list is narrowed to, as its address says."""
    tracking = request.GET.get("tracking", "")
    return {
        "q": request.GET.get("q", "").strip(),
        "tracking": tracking if tracking in TrackingMode.values else "",
        "archived": request.GET.get("archived", "") in {"1", "on"},
    }


@form_page
@permission_required(["items.add_item", "items.add_variant"], raise_exception=True)
def item_new(request: HttpRequest) -> HttpResponse:
    draft = ItemDraft()
    item_drafting.send(sender=Item, draft=draft)
    form = NewItemForm(posted(request), draft=draft)
    if form.is_valid():
        try:
            item = catalogue.create_item(item=form.instance, variant=form.first_variant, by=request.user)
        except (ValidationError, Refusal) as error:
            refuse(form, error)
        else:
            messages.success(request, f"{item.name} was created.")
            return redirect("tracking:item_card", item.pk)
    context = {"form": form, "preview": pattern_example(form["number_pattern"].value(), form["sku"].value())}
    return render(request, "items/item_new.html", context, status=status_of(form))


@form_page
@permission_required("items.change_item", raise_exception=True)
def item_edit(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(Item, pk=pk)
    name = item.name
    form = EditItemForm(posted(request), instance=item)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            catalogue.change(row=item, fields=form.Meta.fields, by=request.user, reason=reason)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{item.name} was saved.")
            return redirect("tracking:item_card", item.pk)
    variants = list(item.variants.order_by("key"))
    sku = next((variant.sku for variant in variants if not variant.archived_at), "")
    context = {
        "form": form,
        "item": item,
        "name": name,
        "variants": variants,
        "sku": sku,
        "preview": pattern_example(form["number_pattern"].value(), sku),
    }
    return render(request, "items/item_edit.html", context, status=status_of(form))


@require_safe
def pattern_preview(request: HttpRequest) -> HttpResponse:
    """What a pattern that is being typed would give. An input asks under its own name."""
    pattern = request.GET.get("pattern", request.GET.get("number_pattern", ""))
    context = {"preview": pattern_example(pattern, request.GET.get("sku", ""))}
    return render(request, "items/_pattern_preview.html", context)


@require_POST
@permission_required("items.change_item", raise_exception=True)
def item_archive(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(Item, pk=pk)
    archived = request.POST.get("archived") == "1"
    catalogue.set_archived(row=item, archived=archived, by=request.user)
    messages.success(request, said_of_archive(item.name, archived))
    return redirect("items:item_edit", item.pk)


@form_page
@permission_required("items.add_variant", raise_exception=True)
def variant_new(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(Item, pk=pk)
    form = VariantForm(posted(request), instance=Variant(item=item))
    if form.is_valid():
        try:
            variant = catalogue.create_variant(variant=form.instance, by=request.user)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{variant.sku} was added to {item.name}.")
            return redirect("tracking:item_card", item.pk)
    return render(request, "items/variant_new.html", {"form": form, "item": item}, status=status_of(form))


@form_page
@permission_required("items.change_variant", raise_exception=True)
def variant_edit(request: HttpRequest, pk: int) -> HttpResponse:
    variant = get_object_or_404(Variant.objects.select_related("item"), pk=pk)
    sku = variant.sku
    form = EditVariantForm(posted(request), instance=variant)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            catalogue.change(row=variant, fields=form.Meta.fields, by=request.user, reason=reason)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, f"{variant.sku} was saved.")
            return redirect("tracking:item_card", variant.item_id)
    context = {"form": form, "variant": variant, "item": variant.item, "sku": sku}
    return render(request, "items/variant_edit.html", context, status=status_of(form))


@require_POST
@permission_required("items.change_variant", raise_exception=True)
def variant_archive(request: HttpRequest, pk: int) -> HttpResponse:
    variant = get_object_or_404(Variant, pk=pk)
    archived = request.POST.get("archived") == "1"
    catalogue.set_archived(row=variant, archived=archived, by=request.user)
    messages.success(request, said_of_archive(variant.sku, archived))
    return redirect("items:item_edit", variant.item_id)


@require_safe
@shows_one_moment
def variant_find(request: HttpRequest) -> HttpResponse:
    """The options of a datalist. An input asks under its own name."""
    return render(request, "items/_variant_options.html", {"variants": find_variants(asked(request))})


@require_safe
@shows_one_moment
def variant_meant(request: HttpRequest) -> HttpResponse:
    """What is found by what stands in an input, beside it."""
    text = asked(request)
    variant, candidates = resolve_variant(text) if text.strip() else (None, [])
    unresolved = why_unresolved(text, candidates) if text.strip() and variant is None else ""
    return render(request, "items/_variant_meant.html", {"variant": variant, "unresolved": unresolved})


def asked(request: HttpRequest) -> str:
    return request.GET.get("q") or next((value for value in request.GET.values() if value), "")


def pattern_example(pattern: str | None, sku: str | None) -> dict[str, str]:
    """``number``: the first number of today by ``pattern``; or ``refused``: why there is none."""
    try:
        checked = check_pattern(pattern or "")
        sku = check_text(sku or "", what="SKU", required=False) or "SKU"
    except ValueError as error:
        return {"refused": str(error)}
    number = fill_pattern(checked, day=days.today(), sku=sku, n=1) if checked else ""
    if checked and not can_be_stored(number):
        return {
            "refused": f"With the SKU {sku} a number has more than 64 characters, so none is suggested. Shorten it."
        }
    return {"number": number}


def said_of_archive(name: str, archived: bool) -> str:
    return (
        f"{name} was archived. It is hidden from pickers and can be read." if archived else f"{name} is in use again."
    )


def posted(request: HttpRequest):
    """What a form is bound to: what was posted, also when it is nothing at all."""
    return request.POST if request.method == "POST" else None


def status_of(form) -> int:
    return 422 if form.errors else 200
