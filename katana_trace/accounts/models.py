"""Attempts to log in that did not succeed, kept for as long as they count."""

from __future__ import annotations

from django.db import models


class LoginAttempt(models.Model):
    """One password that was tried.

    ``name_hash`` stands for the typed user name: people type passwords into that field too, and those are not kept.
    """

    name_hash = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    tried_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["name_hash", "tried_at"], name="login_attempt_name"),
            models.Index(fields=["address", "tried_at"], name="login_attempt_address"),
            models.Index(fields=["tried_at"], name="login_attempt_tried"),
        ]
