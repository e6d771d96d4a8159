"""One mistake: which text of which file becomes which, and the tests that are run to notice it."""

from __future__ import annotations

from dataclasses import dataclass

BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Mutant:
    """``old`` stands once in ``file`` and becomes ``new``; ``tests`` are files of the suite, the likeliest first."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    databases: tuple[str, ...] = BOTH

    @property
    def room(self) -> str:
        return "/".join(self.file.split("/")[:2])
