"""Who may: every verb of the domain asks here, so that each door that leads to it is closed to the same people (DESIGN 5.3).

Pages ask before they show a form, so that nobody fills in what is refused; that is a courtesy, and this is the rule.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied


def may(by, *permissions: str) -> bool:
    """Whether ``by`` has all of ``permissions``, such as ``tracking.add_document``; None, the program itself, has every one."""
    return by is None or all(by.has_perm(permission) for permission in permissions)


def require(by, *permissions: str, sentence: str) -> None:
    """Raises PermissionDenied with ``sentence`` unless ``by`` has all of ``permissions``."""
    if not may(by, *permissions):
        raise PermissionDenied(sentence)
