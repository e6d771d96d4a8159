"""Importing as a person does: uploading a file to the import page, looking at the preview, pressing the button."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook


@dataclass
class Shown:
    """A page of the import: its status, where it is, and its words."""

    status: int
    address: str
    html: str

    @property
    def text(self) -> str:
        return words(self.html)

    @property
    def sums(self) -> tuple[int, ...]:
        """New, changed, as they are, refused."""
        found = re.findall(r"<dt>[^<]*</dt>\s*<dd>\s*([0-9,]+)\s*</dd>", self.html)
        return tuple(int(one.replace(",", "")) for one in found[:4])

    @property
    def errors(self) -> list[str]:
        return [words(one) for one in re.findall(r'<p class="err".*?</p>', self.html, re.DOTALL)]

    @property
    def notes(self) -> list[str]:
        return [words(one) for one in re.findall(r'<p class="note.*?</p>', self.html, re.DOTALL)]

    @property
    def digest(self) -> str:
        found = re.search(r'name="digest"\s+value="([0-9a-f]{64})"', self.html)
        return found[1] if found else ""

    def rows(self) -> list[list[str]]:
        """The cells of the preview's table, row by row, with its header first."""
        table = re.search(r'<table class="t preview">(.*?)</table>', self.html, re.DOTALL)
        rows = re.findall(r"<tr>(.*?)</tr>", table[1], re.DOTALL) if table else []
        return [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


def words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def upload(client, kind: str, content: bytes | str, name: str = "file.csv") -> Shown:
    """Uploads a file and follows to where the page leads."""
    if isinstance(content, str):
        content = content.encode()
    file = SimpleUploadedFile(name, content)
    return shown(client, client.post("/import/", {"kind": kind, "file": file}))


def chosen(page) -> dict[str, str]:
    """What the form of the columns has chosen, as a browser would send it."""
    found = {}
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', page.html, re.DOTALL):
        selected = re.search(r'<option value="([^"]*)"\s+selected', options)
        found[name] = selected[1] if selected else ""
    for name, attributes in re.findall(r'<input type="text" name="(constant-[^"]+)"([^>]*)>', page.html):
        value = re.search(r'value="([^"]*)"', attributes)
        found[name] = value[1] if value else ""
    return found


def press(client, page: Shown, act: str, **data: str) -> Shown:
    """Presses the button of ``page`` that leads to ``act``: commit, preview, columns, delete."""
    base = page.address.split("?")[0].removesuffix("columns/")
    if act == "commit":
        data.setdefault("digest", page.digest)
    return shown(client, client.post(f"{base}{act}/", data))


def shown(client, answer) -> Shown:
    address = answer.request["PATH_INFO"]
    while answer.status_code == 302:
        address = answer["Location"]
        answer = client.get(address)
    return Shown(answer.status_code, address, answer.content.decode())


def workbook(*rows: tuple, formats: dict[str, str] | None = None) -> bytes:
    """An XLSX file with ``rows`` on its first sheet; ``formats`` gives number formats by cell."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell, number_format in (formats or {}).items():
        book.active[cell].number_format = number_format
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
