"""Who acts, for what is logged wherever it is saved: on a page, in the admin, by a command, from the shell (rule 25).

A verb that is told ``by`` says so for its block; what a request saves by itself is its user's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Actor:
    """``user`` gives the user, or None for the program itself; ``reason`` is what the log says where nobody gave one."""

    user: Callable[[], object | None]
    reason: str


PROGRAM = Actor(lambda: None, "By the program")
BY_A_COMMAND = "Saved by a command"
actor: ContextVar[Actor] = ContextVar("actor", default=PROGRAM)


@contextmanager
def acting(by, reason: str = "") -> Iterator[None]:
    """What is saved in the block is done by ``by`` (None: the program itself), for ``reason``.

    Without one it is that of the request or block around; a person whom no request brought comes by a command.
    """
    around = actor.get()
    usual = BY_A_COMMAND if around is PROGRAM and by is not None else around.reason
    token = actor.set(Actor(lambda: by, reason or usual))
    try:
        yield
    finally:
        actor.reset(token)


class ActingMiddleware:
    """The user of the request acts; the user is looked up only when something is logged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reason = "Saved in the admin" if request.path.startswith("/admin/") else "Saved on its page"
        token = actor.set(Actor(lambda: request.user if request.user.is_authenticated else None, reason))
        try:
            return self.get_response(request)
        finally:
            actor.reset(token)
