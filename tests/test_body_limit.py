"""What is too long is refused by its length, before a byte of it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core import signals
from django.db import close_old_connections
from django.test import RequestFactory

from katana_trace.lib import body_limit
from katana_trace.wsgi import application

pytestmark = pytest.mark.django_db

MIB = 1024 * 1024


class Body:
    """A request's body of ``length`` bytes that remembers how many were read, and the most that were asked for at once."""

    def __init__(self, length: int):
        self.left = length
        self.read_bytes = self.most = 0

    def read(self, size: int = -1) -> bytes:
        size = self.left if size < 0 else min(size, self.left)
        self.left -= size
        self.read_bytes += size
        self.most = max(self.most, size)
        return b"x" * size

    def readline(self, size: int = -1) -> bytes:
        return self.read(size)


def send(path: str, length: int, *, cookies: str = "") -> tuple[str, str, Body]:
    """The status, the text and the body of a POST of ``length`` bytes through the site's own WSGI application."""
    body = Body(length)
    environ = RequestFactory(headers={"cookie": cookies} if cookies else None).post(path, HTTP_HOST="localhost").environ
    environ |= {
        "wsgi.input": body,
        "CONTENT_LENGTH": str(length),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "HTTP_COOKIE": cookies,
    }
    said = []
    with connection_stays_open():
        answer = application(environ, lambda status, headers: said.append(status))
        text = b"".join(answer).decode()
    return said[0], text, body


@contextmanager
def connection_stays_open() -> Iterator[None]:
    """As Django's test client does: a request would close the connection that the test's transaction is on."""
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


@pytest.fixture
def cookies(client, manager) -> str:
    client.force_login(manager)
    client.get("/import/")  # the cookie of the forms
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


@pytest.mark.parametrize("path", ["/accounts/login/", "/import/", "/admin/login/"])
def test_without_a_login_64_kib_and_nothing_is_read(path):
    status, text, body = send(path, 64 * 1024 + 1)
    assert (status, body.read_bytes) == ("413 Request Entity Too Large", 0)
    assert "has 65,537 bytes, and without a login the limit is 65,536" in text


@pytest.mark.parametrize("path", ["/import/", "/items/1/restore/", "/admin/items/item/import/"])
def test_with_a_login_a_file_of_20_mib_and_the_form_around_it(path, cookies):
    status, text, body = send(path, 21 * MIB + 1, cookies=cookies)
    assert status == "413 Request Entity Too Large"
    assert "has 22,020,097 bytes, the limit is 22,020,096: a file of 20 MiB" in text
    assert (body.left, body.most <= body_limit.CHUNK) == (0, True)  # taken away in small pieces, kept nowhere


def test_what_nobody_would_wait_for_is_not_even_taken_away(cookies):
    status, _, body = send("/import/", 4096 * MIB, cookies=cookies)
    assert (status, body.read_bytes) == ("413 Request Entity Too Large", 0)


def test_up_to_the_limit_it_is_read(cookies):
    status, _, body = send("/import/", 21 * MIB, cookies=cookies)
    assert (status, body.read_bytes > 0) == ("400 Bad Request", True)  # looked at, and no form
