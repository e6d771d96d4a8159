"""Seals over the ledger and its change log, and where both began (rule 26). Rows are only ever added: a trigger keeps it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Baseline(models.Model):
    """What was there when digests began, by its last ids; all 0 on a new installation. One row, made by ``migrate``.

    Digests of what was there before are of that day: what was changed before it, nothing here can tell.
    """

    made_at = models.DateTimeField()
    last_document = models.PositiveBigIntegerField()
    last_line = models.PositiveBigIntegerField()
    last_change = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="baseline_one_row")]


class Seal(models.Model):
    """``head`` is SHA-256 over the seal before, the digests in posting order since, and the change log since.

    ``first_document`` and ``last_document`` are the lowest and highest id of the ``document_count`` documents that it covers
    beyond the seal before (0 without any); ``last_change`` is the id up to which it covers the change log.
    """

    head = models.CharField(max_length=64, unique=True)
    first_document = models.PositiveBigIntegerField()
    last_document = models.PositiveBigIntegerField()
    document_count = models.PositiveBigIntegerField()
    last_change = models.PositiveBigIntegerField()
    change_count = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_by_name = models.CharField(max_length=150, blank=True)

    def __str__(self) -> str:
        return f"Seal {self.pk}"
