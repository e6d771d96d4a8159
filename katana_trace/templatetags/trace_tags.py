"""How pages say quantities, days, expiry, status, documents and icons, so that every page says them alike.

What stands in each row of a list is a tag and no included template, which costs more than what it draws.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from katana_trace.lib import days, names
from katana_trace.lib.quantities import for_people, to_millionths

register = template.Library()

NOTHING = "–"
BADGES = {"expired": ("bad", "cross"), "soon": ("warn", "clock"), "ok": ("ok", "tick")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@register.filter
def quantity(value: Decimal | int | None) -> str:
    """``1204.5`` as 1,204.5; nothing as 0."""
    return for_people(to_millionths(value or 0))


@register.filter
def units(millionths: int) -> str:
    """A quantity of the domain, which is in millionths: ``1204500000`` as 1,204.5."""
    return for_people(millionths)


@register.filter
def count(number: int) -> str:
    """``1204`` things as 1,204."""
    return f"{number:,}"


@register.filter
def unlocalized(value: float) -> str:
    """A number of a drawing, as SVG reads it."""
    return f"{value:g}"


@register.filter
def signed(value: Decimal | int | None) -> str:
    """``-42`` as −42, ``58`` as +58."""
    return for_people(to_millionths(value or 0), signed=True)


@register.filter
def day(value: date | None) -> str:
    """A date as 24 Nov 2026, a dash where there is none. An instant gives its day in the site's time zone."""
    if isinstance(value, datetime):
        value = days.day_of(value)
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" if value else NOTHING


@register.filter
def moment(value: datetime | None) -> str:
    """An instant as 24 Nov 2026 14:02 in the site's time zone, a dash where there is none."""
    return date_format(timezone.localtime(value), "j M Y H:i") if value else NOTHING


@register.filter
def when(value: datetime | None) -> str:
    """An instant where there is little room: of today 14:02, of this year 24 Nov, else 24 Nov 2026."""
    if value is None:
        return NOTHING
    today, there = days.today(), days.day_of(value)
    if there == today:
        return date_format(timezone.localtime(value), "H:i")
    return date_format(there, "j M" if there.year == today.year else "j M Y")


@register.filter
def weekday(value: date) -> str:
    """A date as Tuesday 24 November 2026."""
    return date_format(value, "l j F Y")


@register.simple_tag
def expiry(expires_on: date | None, notice: int | None = None, quiet: bool = False) -> SafeString:
    """The badge that says whether a batch is expired (rule 10), expires within the notice period, or keeps longer.

    ``notice`` is the item's ``expiry_notice_days``; None is the usual 7. ``quiet`` is for a batch of which nothing is left:
    the same words, calling for nothing.
    """
    state, words = expiry_state(expires_on, days.today(), notice)
    return expiry_badge("none" if quiet else state, words)


@register.simple_tag
def expiry_badge(state: str, words: str) -> SafeString:
    """The badge of a state that ``expiry_state`` told."""
    if state not in BADGES:
        return format_html('<span class="dim">{}</span>', words)
    colour, drawing = BADGES[state]
    return format_html('<span class="badge {}">{}{}</span>', colour, icon(drawing), words)


def expiry_state(expires_on: date | None, today: date, notice: int | None = None) -> tuple[str, str]:
    """The state (``none``, ``expired``, ``soon``, ``ok``) of a batch on ``today``, and the words of its badge.

    ``notice`` is how many days ahead it calls for attention; None is the usual 7.
    """
    if expires_on is None:
        return "none", NOTHING
    if days.is_expired(expires_on, today):
        return "expired", "Expired"
    if not days.is_noticed(expires_on, today, notice):
        return "ok", "OK"
    left = expires_on - today
    if not left:
        return "soon", "Last day"
    return "soon", "1 day" if left.days == 1 else f"{left.days} days"


@register.simple_tag
def status(record) -> SafeString:
    """Whether a batch or serial number, or what is known of one, is on hold."""
    return ON_HOLD if record.is_held else AVAILABLE


@register.simple_tag(takes_context=True)
def hold_status(context: dict, record) -> SafeString:
    """The status, and for who may change it the way to do so; not of a past day (``chosen.as_of``)."""
    if getattr(context.get("chosen"), "as_of", None) or not context["perms"]["tracking"]["change_batch"]:
        return status(record)
    return format_html(
        '{} <span class="dim">·</span> <a class="nb" href="{}">{}<span class="vh"> {}</span></a>',
        status(record),
        record.get_hold_url(),
        "Release" if record.is_held else "Put on hold",
        record.number,
    )


@register.simple_tag
def then_and_now(name: str, now: str = "", nobody: str = "") -> SafeString:
    """A name as it was posted, with the present one where that differs; ``nobody`` where there is neither (rule 25)."""
    if former := names.differing([name], now):
        calm = format_html('<span class="dim">, now {}</span>', now) if now else ""
        return format_html("{}{}", former[0], calm)
    return format_html("{}", now or nobody)


@register.simple_tag
def document_words(document) -> str:
    """What a document is, from or to whom, and which one it reverses."""
    return words_of(document.get_kind_display(), document)


@register.simple_tag
def movement(line) -> str:
    """``document_words`` for one line: a production uses some and makes others."""
    document = line.document
    if document.kind != "production" or document.reverses:
        return document_words(document)
    return words_of("Production output" if line.quantity > 0 else "Used in production", document)


def words_of(what: str, document) -> str:
    if document.partner_name:
        way = "from" if document.kind in ("receipt", "customer_return") else "to"
        what = f"{what} {way} {document.partner_name}"
    return f"{what}, reverses {document.reverses.number}" if document.reverses else what


@register.simple_tag
def document_status(document, quiet: bool = False) -> SafeString:
    """Whether a document was reversed, or reverses another; ``quiet`` says nothing of one that is neither."""
    reversed_by = getattr(document, "reversed_by", None)
    if reversed_by is None and document.reverses is None:
        return SafeString("") if quiet else POSTED
    other = reversed_by or document.reverses
    return format_html(
        '<span class="badge{}">{}<span>{} <a href="{}">{}</a></span></span>',
        " warn" if reversed_by else "",
        icon("restore"),
        "Reversed by" if reversed_by else "Reverses",
        other.get_absolute_url(),
        other.number,
    )


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """The drawing ``name`` of ``_icons.html``; text always stands beside it."""
    return format_html('<svg class="i" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag(takes_context=True)
def nav_link(context: dict, view: str, symbol: str, words: str, also: str = "") -> SafeString:
    """A link of the navigation, marked on its own page and on those below it (and below the path ``also``)."""
    address = reverse(view)
    path = getattr(context.get("request"), "path", "")
    below = (address != "/" and path.startswith(address)) or bool(also and path.startswith(also))
    current = ' aria-current="page"' if path == address else ' aria-current="true"' if below else ""
    return format_html('<a href="{}"{}>{}{}</a>', address, SafeString(current), icon(symbol), words)


ON_HOLD = format_html('<span class="badge hold">{}On hold</span>', icon("pause"))
POSTED = SafeString('<span class="dim">Posted</span>')
AVAILABLE = SafeString('<span class="dim">Available</span>')
