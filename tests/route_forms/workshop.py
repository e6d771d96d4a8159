"""The company of the routes with what it takes to fill every form in: things to delete, to bring back, to number."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from items.models import Variant
from items.recipes import Ingredient, save_recipe
from katana_trace.lib.quantities import MILLION
from tests import build
from tests.importing import Shown, upload
from tests.roles import client_of
from tests.route_company import Company, Route, all_routes
from tests.sheet import Sheet
from tracking.models import Document, Draft, FileImport, Location
from tracking.records.hold import hold


class Workshop(Company):
    """``desk``, ``counter`` and ``admin`` are the browsers of the manager, the operator and an administrator."""

    def __init__(self, manager, operator):
        super().__init__(manager)
        self.routes: dict[str, Route] = {route.name: route for route in all_routes()}
        self.desk, self.counter = client_of(manager), client_of(operator)
        self.admin = client_of(get_user_model().objects.create_superuser("admin"))
        self.shipped = Document.objects.get(kind="shipment")
        self.bag, self.pump = build.item("Bag", skus=("BAG",)), build.item("Pump", skus=("PUMP",))
        build.post("receipt", build.line("BAG", 30), build.line("PUMP", 3), partner="Mill")
        build.switch_on(self.pump, "serial", manager)
        build.item("Malt", "batch", "kg", skus=("MALT",))
        self.barley = build.item("Barley", "batch", "kg", skus=("BARLEY",))
        build.post("receipt", build.line("BARLEY", 5, batch="L3"))
        build.post("receipt", build.line("MALT", 5, batch="L2"), build.line("OVEN", 1, serial="S2"))
        hold(records=[build.batch("L2")], by=manager, reason="Smells")
        hold(records=[build.serial("S2")], by=manager, reason="Cracked")
        self.held_batch, self.held_serial = build.batch("L2"), build.serial("S2")
        self.empty = build.item("Empty", skus=())
        self.unused = build.item("Yeast", skus=("YEAST", "YEAST-2"))
        self.unused_variant = Variant.objects.get(sku="YEAST")
        self.shelf, self.idle = build.location("Shelf"), build.partner("Idle")
        self.packers = Group.objects.create(name="Packers")
        self.left = get_user_model().objects.create_user("left", password="pw")
        self.of_bag, self.of_oven = Variant.objects.get(sku="BAG"), Variant.objects.get(sku="OVEN")
        save_recipe(variant=self.of_oven, quantity=MILLION, lines=[Ingredient(self.of_bag, MILLION)], by=None)
        self.archive_old()
        Sheet.new(self.desk, "receipt").fill(sku_0="OVEN", quantity_0="2").press("save")
        self.oven_draft = Draft.objects.exclude(pk=self.draft.pk).get()

    def archive_old(self) -> None:
        self.old = build.item("Old", skus=("OLD",))
        self.old_variant = Variant.objects.get(sku="OLD")
        self.old_location, self.old_partner = build.location("Old shed"), build.partner("Old mill")
        for address in (
            f"/items/{self.old.pk}/archive/",
            f"/variants/{self.old_variant.pk}/archive/",
            f"/locations/{self.old_location.pk}/archive/",
            f"/partners/{self.old_partner.pk}/archive/",
        ):
            assert self.desk.post(address, {"archived": "1"}).status_code == 302

    def kwargs_of(self, route: str) -> dict:
        return self.kwargs(self.routes[route])

    def address_of(self, route: str) -> str:
        return self.address(self.routes[route])

    @property
    def main(self) -> Location:
        return Location.objects.get(key="main")

    def uploaded(self, client: Client, kind: str, content: str) -> FileImport:
        """A file that waits for its maker, ``client``, to go on with it."""
        page: Shown = upload(client, kind, content)
        assert page.status == 200, page.text
        return FileImport.objects.latest("made_at")
