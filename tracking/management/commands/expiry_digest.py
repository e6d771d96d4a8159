"""What expires, for the terminal or by mail; meant to be run every morning."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from katana_trace.lib import days
from katana_trace.lib.quantities import shown
from tracking.expiry.digest import Digest, digest_of


class Command(BaseCommand):
    help = (
        "Print what in stock is expired, and what expires within the notice period of its item. "
        "With --mail it is sent instead; when nothing is due, nothing is sent and the command says so."
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
        if not mail:
            self.stdout.write(digest.text, ending="")
        elif digest.is_empty:
            self.stdout.write(f"{digest.text.splitlines()[0]} No mail was sent.")
        else:
            send(digest, to=mail)
            self.stdout.write(f"{digest.subject}. Sent to {', '.join(mail)}.")


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


def send(digest: Digest, *, to: list[str]) -> None:
    try:
        EmailMessage(subject=digest.subject, body=digest.text, to=to).send()
    except (SMTPException, OSError) as error:
        raise CommandError(
            f"The mail server {settings.EMAIL_HOST}:{settings.EMAIL_PORT} did not take the mail: "
            f"{' '.join(str(error).split())}. Check KATANA_TRACE_EMAIL_URL and run the command again."
        ) from error
