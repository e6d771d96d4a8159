"""All mutants, and their table as the README has it."""

from __future__ import annotations

from tests.mutants import accounts, doors, evidence, hostile, imports, ledger, modes, trace
from tests.mutants.mutant import Mutant

ROOMS = {
    "Ledger": ledger.MUTANTS,
    "Modes": modes.MUTANTS,
    "Import": imports.MUTANTS,
    "Trace": trace.MUTANTS,
    "Evidence": evidence.MUTANTS,
    "Accounts": accounts.MUTANTS,
    "Doors": doors.MUTANTS,
    "Hostile files": hostile.MUTANTS,
}
MUTANTS: tuple[Mutant, ...] = tuple(mutant for found in ROOMS.values() for mutant in found)


def as_markdown() -> str:
    """One row for each mutant: what it gets wrong, where, and the tests that are run against it."""
    lines = ["| the mistake | in | noticed by |", "|---|---|---|"]
    for mutant in MUTANTS:
        tests = ", ".join(f"`{name}`" for name in mutant.tests)
        only = (
            "" if len(mutant.databases) > 1 else f" ({'SQLite' if mutant.databases == ('sqlite',) else 'PostgreSQL'})"
        )
        lines.append(f"| {mutant.name}{only} | `{mutant.file}` | {tests} |")
    return "\n".join(lines)
