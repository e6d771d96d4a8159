"""Variants, locations and partners from a CSV file: the tables that django-import-export is good at, all or nothing."""

from __future__ import annotations

from typing import BinaryIO

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError

from katana_trace.lib.acting import acting
from katana_trace.lib.refusal import Refusal
from katana_trace.lib.safe_csv import FileError
from katana_trace.lib.unavailable import reason_of
from tracking.ledger.retry import in_transaction, sentence_of
from tracking.resources.catalogue import KeyedResource
from tracking.resources.refused import FileRefused, RowError
from tracking.resources.watch import Watch


def import_table(
    file: BinaryIO, *, resource: type[KeyedResource], by, dry_run: bool = False, watch: Watch | None = None
) -> None:
    """Makes and changes rows of the table of ``resource``, as its forms would.

    Raises FileRefused with every bad row. Who may add or change what is judged for each row.
    """

    watch = watch or Watch()

    def work() -> None:
        file.seek(0)
        watch.restart()
        try:
            dataset = resource.file_format().dataset_of(file)
        except FileError as error:
            raise FileRefused([RowError(0, str(error))]) from error
        result = resource().import_data(
            dataset,
            dry_run=dry_run,
            rollback_on_validation_errors=True,
            user=by,
            watch=watch,
            numbers=dataset.row_numbers,
        )
        errors = [error for row in result.invalid_rows for error in invalid(row.number, row.error)]
        for number, found in result.row_errors():
            errors += [failed(dataset.row_numbers[number - 1], one.error) for one in found]
        for base in result.base_errors:
            raise base.error
        if errors:
            raise FileRefused(sorted(errors, key=lambda error: error.row))

    with acting(by, f"Import of {resource._meta.model._meta.verbose_name_plural}"):
        in_transaction(work)


def invalid(row: int, error: ValidationError) -> list[RowError]:
    if not hasattr(error, "error_dict"):
        return [RowError(row, sentence) for sentence in error.messages]
    return [
        RowError(row, sentence, "" if column == "__all__" else column)
        for column, sentences in error.message_dict.items()
        for sentence in dict.fromkeys(sentences)
    ]


def failed(row: int, error: Exception) -> RowError:
    """What was raised while a row was saved, as a reason; a fault of the program stays one, and a full disk is of no row."""
    if isinstance(error, DatabaseError) and reason_of(error) is None:
        return RowError(row, sentence_of(error))
    if isinstance(error, Refusal | PermissionDenied | ValueError):
        return RowError(row, str(error))
    raise error
