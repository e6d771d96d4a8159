"""A document's page as a person without JavaScript has it: the fields of its form, filled in and sent by its buttons."""

from __future__ import annotations

from html.parser import HTMLParser

from django.test import Client

FORM = "draft_form"


class FormReader(HTMLParser):
    """The fields and buttons of the form with the id ``FORM``, with what they hold."""

    def __init__(self, html: str):
        super().__init__()
        self.action = ""
        self.fields: list[list[str]] = []
        self.boxes: list[tuple[str, str]] = []
        self.buttons: list[str] = []
        self.inside = False
        self.select: str | None = None
        self.area: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form":
            self.inside = found.get("id") == FORM
            self.action = found.get("action", "") if self.inside else self.action
        if not self.inside:
            return
        name = found.get("name")
        if tag == "input" and found.get("type") == "checkbox":
            self.boxes.append((name, found["value"]))
        elif tag == "input" and name:
            self.fields.append([name, found.get("value") or ""])
        elif tag == "textarea" and name:
            self.area = [name, ""]
        elif tag == "select" and name:
            self.select = name
            self.fields.append([name, ""])
        elif tag == "option" and self.select and "selected" in found:
            self.fields[-1][1] = found.get("value") or ""
        elif tag == "button" and name == "do":
            self.buttons.append(found["value"])

    def handle_data(self, data):
        if self.area is not None:
            self.area[1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area is not None:
            self.area[1] = self.area[1].removeprefix("\n")
            self.fields.append(self.area)
            self.area = None


class Sheet:
    """A page of a document that is being written; ``response`` is the last answer, after its redirects."""

    def __init__(self, client: Client, response, address: str):
        self.client = client
        self.response = response
        self.address = address
        self.html = response.content.decode()
        self.form = FormReader(self.html)

    @classmethod
    def new(cls, client: Client, kind: str, **asked) -> Sheet:
        address = f"/documents/new/{kind}/"
        return cls(client, client.get(address, asked), address)

    @classmethod
    def of(cls, client: Client, draft) -> Sheet:
        return cls(client, client.get(draft.get_absolute_url()), draft.get_absolute_url())

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def page(self):
        """The page as the view handed it to its template."""
        return self.response.context["page"]

    def value(self, name: str) -> str:
        return next(value for field, value in self.form.fields if field == name)

    def fill(self, **values) -> Sheet:
        """Types into fields; ``sku_0`` stands for ``sku-0``, and ``number_0_1`` for ``number-0-1``."""
        for given, value in values.items():
            names = {given, given.replace("_", "-")}
            field = next((field for field in self.form.fields if field[0] in names), None)
            assert field is not None, f"the page has no field {given}: {[name for name, _ in self.form.fields]}"
            field[1] = str(value)
        return self

    def tick(self, *values: str) -> Sheet:
        """Ticks the boxes of these values."""
        for value in values:
            self.form.fields.append([next(name for name, there in self.form.boxes if there == value), value])
        return self

    def press(self, do: str) -> Sheet:
        """Presses a button that is on the page, and gives the page that comes of it."""
        assert do in self.form.buttons, f"the page has no button {do}: {self.form.buttons}"
        return self.send(do)

    def data(self, do: str) -> dict[str, list[str]]:
        """What the browser sends when the button ``do`` is pressed."""
        data: dict[str, list[str]] = {"do": [do]}
        for name, value in self.form.fields:
            data.setdefault(name, []).append(value)
        return data

    def send(self, do: str) -> Sheet:
        response = self.client.post(self.form.action, self.data(do), follow=True)
        address = response.redirect_chain[-1][0] if response.redirect_chain else self.address
        return Sheet(self.client, response, address)

    def said(self) -> list[str]:
        """The sentences that the page says when nothing was posted."""
        return [sentence for _, _, sentence in self.page.findings]
