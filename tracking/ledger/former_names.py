"""The names under which a partner stands on posted documents and is not known now (rule 25).

Read along the index ``document_by_partner_name``, from each name of a partner to his next: some steps for each partner,
however many documents there are. The documents alone know them, so there is nothing that could be wrong about them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import CharField, F, Func, Q, QuerySet, Value

from katana_trace.lib.numbers import key_of
from katana_trace.lib.refusal import Refusal
from tracking.documents.rule import PartnerText
from tracking.ledger.sql import fetch
from tracking.models import Partner

NEXT = "SELECT min(d.partner_name) FROM tracking_document d WHERE d.partner_id = {partner}"
EVERY = f"""
    WITH RECURSIVE n(partner, name) AS (
        SELECT t.id, ({NEXT.format(partner="t.id")}) FROM tracking_partner t
        UNION ALL
        SELECT n.partner, ({NEXT.format(partner="n.partner")} AND d.partner_name > n.name) FROM n WHERE n.name IS NOT NULL
    )
    SELECT n.partner, n.name, t.name, (
        SELECT d.partner_address FROM tracking_document d
        WHERE d.partner_id = n.partner AND d.partner_name = n.name ORDER BY d.id DESC LIMIT 1
    ) FROM n JOIN tracking_partner t ON t.id = n.partner WHERE n.name <> t.name AND n.name <> '' ORDER BY t.key
"""
# The same for one partner, of the names that resemble what is looked for.
OF_ONE = f"""
    (WITH RECURSIVE n(name) AS (
        {NEXT}
        UNION ALL
        SELECT ({NEXT} AND d.partner_name > n.name) FROM n WHERE n.name IS NOT NULL
    )
    SELECT min(n.name) FROM n WHERE n.name <> {{present}} AND n.name {{resembles}})
"""
RESEMBLES = {"postgresql": "~* {0}", "sqlite": "REGEXP '(?i)' || {0}"}


@dataclass(frozen=True, slots=True)
class FormerName:
    """``text`` is the name with the address that went with it last; ``present`` is what ``partner`` is called now."""

    partner: int
    present: str
    text: PartnerText


class FormerNames:
    """All names that are no longer their partner's, read at the first look-up."""

    def __init__(self) -> None:
        self.by_key: dict[str, list[FormerName]] | None = None

    def find(self, name: str) -> FormerName | None:
        """The partner who was called ``name``, None where there was none. Raises Refusal where there were several."""
        if self.by_key is None:
            self.by_key = by_key()
        partners = {one.partner: one for one in self.by_key.get(key_of(name), [])}
        if len(partners) > 1:
            present = " and ".join(f"“{one.present}”" for one in partners.values())
            raise Refusal(
                f"“{name}” was the name of {len(partners)} partners, now called {present}. "
                "Use the present name of the one you mean.",
                field="partner",
            )
        return next(iter(partners.values()), None)


def by_key() -> dict[str, list[FormerName]]:
    found: dict[str, list[FormerName]] = defaultdict(list)
    for partner, name, present, address in fetch(EVERY):
        found[key_of(name)].append(FormerName(partner, present, PartnerText(name, address)))
    return found


class FormerNameLike(Func):
    """Of a partner's id, present name and a pattern: a name that he had and that fits the pattern, or NULL."""

    output_field = CharField()

    def as_sql(self, compiler, connection, **context):
        compiled = [compiler.compile(one) for one in self.get_source_expressions()]
        partner, present, pattern = (sql for sql, _ in compiled)
        resembles = RESEMBLES[connection.vendor].format(pattern)
        parameters = [one for _, found in compiled for one in found]
        return OF_ONE.format(partner=partner, present=present, resembles=resembles), parameters


def partners_called(rows: QuerySet[Partner], key: str) -> QuerySet[Partner]:
    """Those of ``rows`` with ``key`` in their name, or in one that they had (``former_name``, else None)."""
    former = FormerNameLike(F("pk"), F("name"), Value(re.escape(key)))
    return rows.annotate(former_name=former).filter(Q(key__contains=key) | Q(former_name__isnull=False))
