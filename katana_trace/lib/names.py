"""A name as posted, with the present one where they differ (rule 25)."""

from __future__ import annotations

from collections.abc import Iterable


def then_and_now(names: Iterable[str], now: str) -> str:
    """The kept ``names`` with the present one: “Café Lark, now Café Lark GmbH”; one name where nothing differs."""
    former = differing(names, now)
    return ", now ".join(filter(None, [" and ".join(former), now]))


def differing(names: Iterable[str], now: str) -> list[str]:
    """Those of ``names`` that are not the present one, each once, in their order."""
    return [name for name in dict.fromkeys(names) if name and name != now]
