"""A person who clicks everything: every link of a page is followed, and every form sent as it stands and taken back."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

from django.contrib.staticfiles import finders
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

STATIC = "/static/"
LEAVES = "logout", "admin:logout", "session_end"


@dataclass
class Form:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    has_button: bool = False


class PageReader(HTMLParser):
    """The links, forms, files and ids of a page, and what is written into it that belongs into a file."""

    def __init__(self, html: str):
        super().__init__()
        self.links: list[str] = []
        self.files: list[str] = []
        self.forms: list[Form] = []
        self.inline: list[str] = []
        self.ids: Counter[str] = Counter()
        self.inside: Form | None = None
        self.select = ""
        self.area = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.inline += [f"<{tag} {name}>" for name in found if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in found):
            self.inline.append(f"<{tag}>")
        self.ids.update([found["id"]] if "id" in found else [])
        self.files += [found["src"]] if found.get("src") else []
        if tag == "link" and found.get("href"):
            self.files.append(found["href"])
        elif tag == "a" and found.get("href"):
            self.links.append(found["href"])
        elif tag == "form":
            self.inside = Form(found.get("action") or "", (found.get("method") or "get").lower())
            self.forms.append(self.inside)
        elif self.inside is not None:
            self.read_field(tag, found)

    def read_field(self, tag: str, found: dict) -> None:
        name, value = found.get("name") or "", found.get("value") or ""
        if found.get("type", "submit" if tag == "button" else "") == "submit":
            self.inside.has_button = True
        if tag == "option" and self.select:
            self.inside.fields += [(self.select, value)] if "selected" in found else []
        elif "disabled" in found or not name:
            return
        elif tag == "button" or found.get("type") == "submit":
            self.inside.buttons.append((name, value))
        elif tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = name
        elif tag == "input" and (found.get("type") not in ("checkbox", "radio", "file") or "checked" in found):
            self.inside.fields.append((name, value))

    def handle_data(self, data):
        if self.area and self.inside is not None:
            self.inside.fields.append((self.area, data.removeprefix("\n")))
            self.area = ""

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""


class Crawl:
    """``most`` addresses of each kind (route and names in the query) are opened, and as many forms of each kind sent."""

    def __init__(self, client: Client, faults_of_headers, *, most: int):
        self.client = client
        self.faults_of_headers = faults_of_headers
        self.most = most
        self.faults: list[str] = []
        self.opened: set[str] = set()
        self.routes: set[str] = set()
        self.of_kind: Counter[tuple] = Counter()
        self.waiting: deque[tuple[str, str]] = deque()
        self.files: set[str] = set()

    def run(self, start: str) -> None:
        self.follow(start, start)
        while self.waiting:
            address, source = self.waiting.popleft()
            self.judge(f"GET {address}, of {source}", address, self.client.get(address))

    def follow(self, link: str, source: str) -> None:
        """Puts an address on the list, once, and while there are not ``most`` of its kind."""
        address = urldefrag(urljoin(source, link))[0]
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or address in self.opened:
            return
        if parts.path.startswith(STATIC):
            self.need_file(parts.path, source)
            return
        try:
            route = resolve(parts.path).view_name
        except Resolver404:
            self.faults.append(f"{source} leads to {address}, which is nowhere")
            return
        self.opened.add(address)
        self.routes.add(route)
        if self.is_wanted((route, *sorted(name for name, _ in parse_qsl(parts.query)))):
            self.waiting.append((address, source))

    def is_wanted(self, kind: tuple) -> bool:
        self.of_kind[kind] += 1
        return self.of_kind[kind] <= self.most

    def judge(self, what: str, address: str, answer, *, may_refuse: bool = False) -> None:
        expected = (200, 302, 422) if may_refuse else (200, 302)
        if answer.status_code not in expected:
            self.faults.append(f"{what}: {answer.status_code}")
        self.faults += [f"{what}: {fault}" for fault in self.faults_of_headers(answer)]
        if answer.status_code == 302:
            if not may_refuse:
                self.follow(answer["Location"], address)
            return
        if answer.streaming:
            b"".join(answer.streaming_content)
        elif answer.headers.get("Content-Type", "").startswith("text/html"):
            self.read(what, address, PageReader(answer.content.decode()), is_followed=not may_refuse)

    def read(self, what: str, address: str, page: PageReader, *, is_followed: bool) -> None:
        self.faults += [f"{what}: {found} is written into the page" for found in page.inline]
        self.faults += [
            f"{what}: the id {name} is there {count} times" for name, count in page.ids.items() if count > 1
        ]
        for file in page.files:
            if file.startswith(STATIC):
                self.need_file(file, address)
        # The answer to a form that was taken back names what is no longer there.
        if not is_followed:
            return
        for link in page.links:
            self.follow(link, address)
        for form in page.forms:
            self.send(form, address)

    def need_file(self, file: str, source: str) -> None:
        path = urlsplit(file).path.removeprefix(STATIC)
        if path not in self.files and finders.find(path) is None:
            self.faults.append(f"{source} wants the file {path}, which is not there")
        self.files.add(path)

    def send(self, form: Form, source: str) -> None:
        action = urldefrag(urljoin(source, form.action))[0]
        route = resolve(urlsplit(action).path).view_name
        # One who may only read sees some forms without a button.
        if route in LEAVES or (form.method == "post" and not form.has_button):
            return
        for button in form.buttons or [None]:
            data: dict[str, list[str]] = {}
            for name, value in [*form.fields, *([button] if button else [])]:
                data.setdefault(name, []).append(value)
            # A button's number is of its line: those of one line stand for all.
            named = tuple(part.rstrip("0123456789") for part in button or ())
            if self.is_wanted((form.method, route, named)):
                with transaction.atomic():
                    answer = getattr(self.client, form.method)(action, data)
                    self.judge(f"{form.method.upper()} {action} {button}, of {source}", source, answer, may_refuse=True)
                    transaction.set_rollback(True)
