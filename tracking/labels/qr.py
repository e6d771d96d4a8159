"""The code as a drawing: QR of error level M at least, with the quiet zone of four modules that readers need."""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno
from django.utils.safestring import SafeString, mark_safe

QUIET = 4


@dataclass(frozen=True, slots=True)
class Drawing:
    """``svg`` is an element as large as the box around it; ``side`` is how many modules it has across, quiet zone and all."""

    svg: SafeString
    side: int


def drawing_of(text: str) -> Drawing:
    """The QR code of ``text``."""
    code = segno.make_qr(text, error="m")
    out = io.BytesIO()
    code.save(
        out,
        kind="svg",
        border=QUIET,
        xmldecl=False,
        svgns=True,
        omitsize=True,
        light="#fff",
        svgclass="qr",
        lineclass=None,
    )
    svg = mark_safe(out.getvalue().decode())  # noqa: S308 - drawn by the library, and the text is not in it
    return Drawing(svg, code.symbol_size(border=QUIET)[0])
