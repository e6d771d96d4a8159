"""What a form of a route is: where it is sent, what stands in it, who may, and which tables its deed writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.test import Client
from django.urls import reverse

from tests.roles import NO_GROUP
from tests.route_forms.workshop import Workshop
from tests.route_table import TABLE

DONE = ("200", "302", "422")  # what an empty form is answered where the role may send one
NO_ADMIN = {"staff viewer": "viewer", "staff operator": "operator", "staff": "manager", "superuser": "manager"}
OF_ITS_MAKER = "404"


@dataclass(frozen=True)
class Sent:
    """``data`` as a browser sends it; ``at`` the parts of the address that are not those of the company's own things."""

    data: dict
    at: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """``make`` fills it in; once for all, or ``anew`` for each role, where that person (``client``) has something to do
    before, such as downloading a history, or where the deed uses up what was made, such as an uploaded file.

    ``writes`` names tables that the deed changes, "" where the page only reads. ``may`` are the roles that may, where the
    page itself is open to more than this act of it; ``refused`` is what these others are answered.
    """

    route: str
    make: Callable[[Workshop, Client], Sent | dict]
    writes: str
    act: str = ""
    may: frozenset[str] | None = None
    refused: tuple[str, ...] = ("200", "302")
    anew: bool = False

    @property
    def name(self) -> str:
        return f"{self.route} {self.act}".strip()

    def filled_in(self, company: Workshop, client: Client) -> tuple[str, dict]:
        """The address and the fields."""
        sent = self.make(company, client)
        sent = sent if isinstance(sent, Sent) else Sent(sent)
        return reverse(self.route, kwargs={**company.kwargs_of(self.route), **sent.at}), sent.data

    def wanted(self, role: str) -> tuple[str, ...]:
        """What ``role`` is answered when it is refused; () when it may."""
        if role == NO_GROUP:
            return ("403", "404")
        cell = cell_of(self.route, role)
        if self.may is None:
            return () if cell in DONE else (cell,)
        if role in self.may:
            return ()
        return self.refused if cell in DONE else (cell,)

    @property
    def takes_a_role(self) -> bool:
        """Whether not everybody who is logged in may; one's own password everybody may change."""
        return cell_of(self.route, "viewer") not in DONE


def cell_of(route: str, role: str) -> str:
    """The answer to a POST by the table. Being staff is no matter on the site, but an import is its maker's."""
    row = TABLE[route]
    if ("post", role) in row:
        return row["post", role]
    return OF_ITS_MAKER if "404" in row.values() else row["post", NO_ADMIN[role]]
