"""Check the laws of the ledger."""

from __future__ import annotations

from django.core.management.base import CommandError

from katana_trace.lib.counts import counted
from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from tracking.ledger import seals
from tracking.ledger.laws import broken_laws, notes_of
from tracking.management.console import SiteCommand
from tracking.upkeep import health


class Command(SiteCommand):
    help = (
        "Check every law of the ledger, and print each with what breaks it and with notes that break nothing. "
        "With --seal, also check that the seal with this head is in the chain. "
        "The exit code is 1 when a law is broken or the seal is missing."
    )

    def add_arguments(self, parser):
        parser.add_argument("--seal", metavar="HEAD", help="the head of a seal that somebody kept, 64 characters")

    def handle(self, *, seal=None, **options):
        try:
            health.require_this_version()
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        broken = 0
        for law, findings in broken_laws():
            self.stdout.write(f"{'broken' if findings else 'kept  '}  {law.number:2}. {law.sentence}")
            for finding in findings:
                self.stdout.write(f"            {finding}")
            for note in notes_of(law):
                self.stdout.write(f"      note  {note}")
            broken += bool(findings)
        if broken:
            if seal is not None:
                self.stdout.write(in_chain(seal))
            raise CommandError(
                f"{counted(broken, 'law')} broken. Post nothing more, keep a copy of the database, and compare it with a backup."
            )
        if seal is not None:
            self.stdout.write(held_by(seal))


def held_by(head: str) -> str:
    """What the seal with ``head`` vouches for; raises CommandError where this ledger has none like it."""
    seal = seals.seal_of_head(head)
    if seal is None:
        raise CommandError(missing(head))
    return f"{seals.text_of_seal(seal)} is in the chain: what was recorded up to then is unchanged."


def in_chain(head: str) -> str:
    """Whether the seal with ``head`` is there, where laws are broken: what it covers may be unchanged or not."""
    seal = seals.seal_of_head(head)
    if seal is None:
        return missing(head)
    return (
        f"{seals.text_of_seal(seal)} is in the chain. Whether what it covers is unchanged, laws 14 and 15 above tell."
    )


def missing(head: str) -> str:
    return (
        f"No seal of this ledger has the head {shown(head, 80)}. First compare all 64 characters with those you kept. "
        "If they are the same, the ledger was changed under that seal, or restored from a backup older than it, "
        "or the head belongs to another site: keep a copy of the database, and compare it with a backup."
    )
