"""Where a request comes from: its address, and the browser in words."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# What some proxies write behind an address: 192.0.2.7:4711, [2001:db8::1]:4711.
WITH_PORT = re.compile(r"\[(?P<six>[^\]]*)\](?::\d+)?|(?P<four>[\d.]+):\d+")

# The first that is found counts: each of these names itself after those before it too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def address_of(request: HttpRequest) -> str:
    """The address that ``request`` comes from, "" where it is not known.

    Behind a trusted proxy it is the last one of X-Forwarded-For, which the proxy itself wrote: what stands before it
    anybody can send. Of IPv6 it is the network of 64 bits, which is what one customer is given.
    """
    found = request.META.get("REMOTE_ADDR", "")
    if settings.TRUST_PROXY and "HTTP_X_FORWARDED_FOR" in request.META:
        found = request.META["HTTP_X_FORWARDED_FOR"].rpartition(",")[2]
    found = found.strip()
    if with_port := WITH_PORT.fullmatch(found):
        found = with_port["six"] or with_port["four"]
    try:
        address = ip_address(found)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), 64), strict=False))  # by number: a zone (fe80::1%eth0) is no part of it
    return str(address)


def browser_of(request: HttpRequest) -> str:
    """The browser and the system in a few words ("Firefox on Windows"); one of a few dozen texts, whatever was sent."""
    sent = request.META.get("HTTP_USER_AGENT", "")
    browser = next((name for mark, name in BROWSERS if mark in sent), "Another browser")
    system = next((name for mark, name in SYSTEMS if mark in sent), "")
    return f"{browser} on {system}" if system else browser
