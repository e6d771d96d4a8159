"""A company with one of everything that an address can name, and the addresses of all routes into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.test import Client
from django.urls import get_resolver, reverse

from items.models import Variant
from tests import build, recalls
from tests.importing import upload
from tests.sheet import Sheet
from tracking.models import Archive, Batch, Draft, FileImport, Location, Partner, RecallCustomer, SerialNumber


@dataclass(frozen=True)
class Route:
    """A named pattern of the resolver; those of the admin that only lead on have none."""

    name: str
    pattern: str


def all_routes() -> list[Route]:
    return [route for route in walked(get_resolver()) if not route.name.endswith(":")]


def walked(resolver, namespace: str = "", before: str = "") -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        here = before + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walked(pattern, inner, here)
        else:
            yield Route(f"{namespace}{pattern.name or ''}", here)


class Company:
    """One batch item with an archive of before, one serial item, a recall, a draft, and an import that was previewed."""

    def __init__(self, manager):
        flour = build.item("Flour", "batch", "kg", skus=("FLOUR",))
        build.item("Oven", "serial", skus=("OVEN",))
        build.post("receipt", build.line("FLOUR", 5, batch="L0"), partner="Mill")
        build.switch_off(flour, manager)
        build.switch_on(flour, "batch", manager)
        lines = build.line("FLOUR", 5, batch="L1"), build.line("OVEN", 1, serial="S1")
        self.document = build.post("receipt", *lines, partner="Mill")
        build.post("shipment", build.line("FLOUR", -1, batch="L1"), partner="Café")
        self.flour, self.batch, self.serial = flour, Batch.objects.get(number="L1"), SerialNumber.objects.get()
        self.recall = recalls.opened(manager, lots="FLOUR L1")
        client = Client()
        client.force_login(manager)
        Sheet.new(client, "receipt").fill(sku_0="FLOUR", quantity_0="2").press("save")
        upload(client, "locations", "location\r\nShed\r\n")
        self.draft, self.file_import = Draft.objects.get(), FileImport.objects.get()

    def address(self, route: Route) -> str:
        """The address of ``route`` for what this company has."""
        return reverse(route.name, kwargs=self.kwargs(route))

    def kwargs(self, route: Route) -> dict:
        if route.name.startswith("admin:"):
            return self.kwargs_of_admin(route)
        name = route.name.partition(":")[2]
        noun = name.partition("_")[0]
        one_of_each = {
            "item": self.flour.pk,
            "variant": self.flour.pk if name == "variant_new" else Variant.objects.get(sku="FLOUR").pk,
            "recipe": Variant.objects.get(sku="FLOUR").pk,
            "batch": self.batch.pk,
            "serial": self.serial.pk,
            "document": self.document.pk,
            "archive": Archive.objects.get().pk,
            "recall": self.recall.pk,
            "location": Location.objects.first().pk,
            "partner": Partner.objects.first().pk,
            "trace": self.batch.pk if "batch" in name else self.serial.pk,
        }
        found = {}
        for part, value in (
            ("<int:pk>", {"pk": one_of_each.get(noun)}),
            ("<ending:ending>", {"ending": "csv"}),
            ("<int:variant>", {"variant": one_of_each["recipe"]}),
            ("<int:location>", {"location": one_of_each["location"]}),
            ("<int:customer>", {"customer": RecallCustomer.objects.first().pk}),
            ("documents/new/<str:kind>", {"kind": "receipt"}),
            ("templates/<str:kind>", {"kind": "movements"}),
            ("<int:line>", {"line": self.draft.lines.first().pk}),
            ("documents/drafts/<uuid:token>", {"token": self.draft.token}),
            ("import/<uuid:token>", {"token": self.file_import.token}),
            ("<path:rest>", {"rest": "04012345678901"}),
        ):
            if part in route.pattern:
                found |= value
        return found

    def kwargs_of_admin(self, route: Route) -> dict:
        if "<path:content_type_id>" in route.pattern:
            return {"content_type_id": 1, "object_id": 1}
        if "app_label" in route.pattern:
            return {"app_label": "tracking"}
        if "<path:object_id>" in route.pattern or "<id>" in route.pattern:
            label, model = route.name.removeprefix("admin:").split("_")[:2]
            found = apps.get_model(label, model).objects.first()
            pk = found.pk if found is not None else 1
            return {"object_id": pk} if "<path:object_id>" in route.pattern else {"id": pk}
        return {}
