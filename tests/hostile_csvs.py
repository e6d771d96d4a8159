"""CSV files of at most 20 MiB that are made to stop a site, by their names: one row, one cell, quotes, lines, marks."""

from __future__ import annotations

from collections.abc import Callable

FULL = 20 << 20
HEADER = b"kind,sku,batch_number,serial_number,line,document,posted_at,partner,location,quantity,expires_on,note\r\n"


def filled(text: bytes, size: int, first: bytes = b"") -> bytes:
    return first + text * ((size - len(first)) // len(text))


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "one row of ten million cells": lambda size: filled(b",a", size, b"location\r\n"),
    "a header of ten million names": lambda size: filled(b",a", size, b"a"),
    "a header of different names": lambda size: ",".join(f"{n:x}" for n in range(size // 6)).encode()[:size],
    "nothing but quotes": lambda size: filled(b'"', size, b"location\r\n"),
    "a quote that never ends": lambda size: filled(b"x\n", size, b'location\r\n"'),
    "a row of cells with line breaks": lambda size: filled(b'"a\n",', size, b"location\r\n"),
    "one cell": lambda size: filled(b"x", size, b"location\r\n"),
    "one cell of marks": lambda size: filled("\u0316\u0301".encode(), size, b"location\r\n"),
    "cells of marks": lambda size: filled(("\u0316\u0301" * 199 + "\n").encode(), size, b"location\r\n"),
    "cells of long ligatures": lambda size: filled(("\ufdfa" * 333 + "\n").encode(), size, b"location\r\n"),
    "200 columns": lambda size: filled(b"," * 199 + b"\n", size, ",".join(f"c{n}" for n in range(200)).encode() + b"\n"),
    "nothing but line ends": lambda size: filled(b"\n", size, b"location\r\nMain\r\n"),
    "nothing but carriage returns": lambda size: filled(b"\r", size, b"location\r\nMain\r\n"),
    "short rows": lambda size: filled(b"a\n", size, b"location\n"),
    "rows of nothing": lambda size: filled(b",,,,,,,,,,,\n", size, HEADER),
    "rows of a history": lambda size: filled(b"receipt,F,B,,x,D,,,Main,1,,\n", size, HEADER),
    "rows of items": lambda size: filled(b"a,b,c,d,e,f,g,h\n", size, b"item,kind,unit,tracking,sku,variant,gtin,shelf_life_days\n"),
    "one NUL at the end": lambda size: filled(b"ab\n", size - 1, b"location\n") + b"\0",
    "UTF-16": lambda size: filled("ab\n".encode("utf-16-le"), size, "location\n".encode("utf-16")),
    "one wide character": lambda size: filled(b"abcdefgh\n", size - 5, b"location\n") + "\U0001f600\n".encode(),
}  # fmt: skip
