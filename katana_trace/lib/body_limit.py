"""What a request may bring at most, judged by its length before a byte of it is read (DESIGN 5.4)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MIB = 1024 * 1024
FILE_AND_FORM = 21 * MIB  # a file of 20 MiB, and the form around it
WITHOUT_LOGIN = 64 * 1024  # a user name and a password
TAKEN_AWAY = 128 * MIB
CHUNK = 64 * 1024


class BodyLimitMiddleware:
    """Answers 413 to what is too long. Stands behind the authentication, and before whatever reads the form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = length_of(request)
        if length <= WITHOUT_LOGIN:
            return self.get_response(request)
        limit = FILE_AND_FORM if request.user.is_authenticated else WITHOUT_LOGIN
        if length <= limit:
            return self.get_response(request)
        if request.user.is_authenticated and length <= TAKEN_AWAY:
            take_away(request, length)
        context = {"length": length, "limit": limit}
        return render(request, "413.html", context, status=413)


def length_of(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def take_away(request: HttpRequest, length: int) -> None:
    """Lets a browser send to its end what is not kept: most show the answer only then, and a broken connection before."""
    stream = request.META.get("wsgi.input")
    while stream is not None and length > 0 and (chunk := stream.read(min(CHUNK, length))):
        length -= len(chunk)


def take_rest_away(request: HttpRequest) -> None:
    """The same where the request failed while it was read: what is left of it, by the length that was announced."""
    with suppress(OSError, ValueError):
        while length_of(request) <= TAKEN_AWAY and request.read(CHUNK):
            pass
