"""The code as a drawing: QR of error level M at least, with the quiet zone of four modules that readers need."""

from __future__ import annotations

import io

import segno
from django.utils.safestring import SafeString, mark_safe

QUIET = 4


def qr_svg(text: str) -> SafeString:
    """The SVG element of a QR code of ``text``, as large as the box around it."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(
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
    return mark_safe(out.getvalue().decode())  # noqa: S308 - drawn by the library, and the text is not in it
