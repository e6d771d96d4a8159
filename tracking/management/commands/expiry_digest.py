"""What expires, and the head of a seal, for the terminal or by mail; meant to be run every morning."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management.base import CommandError
from django.core.validators import validate_email

from katana_trace.lib import days
from katana_trace.lib.quantities import shown
from katana_trace.lib.refusal import Refusal
from tracking.expiry.digest import digest_of
from tracking.ledger.seals import make_seal
from tracking.management.console import SiteCommand
from tracking.models import Seal


class Command(SiteCommand):
    help = (
        "Print what in stock is expired, and what expires within the notice period of its item. "
        "With --mail it is sent instead; when nothing is due, nothing is sent and the command says so. "
        "Either way the command makes a seal, and prints its head or sends it along."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--mail",
            nargs="+",
            metavar="ADDRESS",
            default=[],
            help="send it to these addresses, by the server of KATANA_TRACE_EMAIL_URL",
        )

    def handle(self, *, mail, **options):
        check(mail)
        digest = digest_of(days.today())
        try:
            seal = make_seal(by=None)
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        if not mail:
            self.stdout.write(f"{digest.text}\n{line_of(seal, 'line')}")
        elif digest.is_empty:
            self.stdout.write(f"{digest.text.splitlines()[0]} No mail was sent.\n{line_of(seal, 'line')}")
        else:
            send(digest.subject, f"{digest.text}\n{line_of(seal, 'mail')}\n", to=mail)
            self.stdout.write(f"{digest.subject}. Sent to {', '.join(mail)}.\n{line_of(seal, 'line')}")


def line_of(seal: Seal, kept: str) -> str:
    """The head of the seal, and why to keep it; ``kept`` is what is to be kept, a line or a mail."""
    return (
        f"Seal {seal.pk} of this ledger, made at {seal.made_at:%Y-%m-%d %H:%M} UTC: {seal.head}. Keep this {kept}: "
        "manage.py verify --seal HEAD tells later whether anything under it was changed."
    )


def check(addresses: list[str]) -> None:
    """Raises CommandError for what is no address, or where no server is set."""
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError as error:
            raise CommandError(
                f"“{shown(address)}” is no mail address. Give one such as stock@example.com. Nothing was sent."
            ) from error
    if addresses and not settings.EMAIL_HOST:
        raise CommandError(
            "No mail server is set, so nothing was sent. Name one in KATANA_TRACE_EMAIL_URL, such as "
            "smtps://user:password@mail.example.com, or leave --mail out to print the digest."
        )


def send(subject: str, body: str, *, to: list[str]) -> None:
    try:
        EmailMessage(subject=subject, body=body, to=to).send()
    except (SMTPException, OSError) as error:
        raise CommandError(
            f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT} did not take the mail: "
            f"{' '.join(str(error).split())}. Check KATANA_TRACE_EMAIL_URL and run the command again."
        ) from error
