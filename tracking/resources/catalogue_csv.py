"""The file format of the catalogue's import and export in the admin: the CSV of DESIGN 5.4."""

from __future__ import annotations

import io
from typing import BinaryIO

import tablib
from import_export.formats import base_formats

from katana_trace.lib.safe_csv import FileError, guard, read_rows, write_rows

# Measured: some 2.5 ms a row, in one transaction. With more rows, writers on SQLite would give up waiting (30 s).
ROW_LIMIT = 10_000


class CatalogueCSV(base_formats.CSV):
    """CSV as everywhere else in the program, in place of the library's own reading, writing and formula escape."""

    columns: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()  # may be missing: what is there stays as it is then
    text: tuple[str, ...] = ()

    def get_title(self) -> str:
        return "CSV (UTF-8)"

    def get_content_type(self) -> str:
        return "text/csv; charset=utf-8"

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        """The rows, with the numbers a spreadsheet shows for them as ``row_numbers``. Raises FileError."""
        return self.dataset_of(io.BytesIO(in_stream))

    def dataset_of(self, file: BinaryIO) -> tablib.Dataset:
        """``create_dataset`` from a file."""
        dataset = tablib.Dataset()
        dataset.row_numbers = []
        for row in read_rows(file, required=self.columns, optional=self.optional, text=self.text):
            if not dataset.row_numbers:
                dataset.headers = [*self.columns, *(name for name in self.optional if name in row.cells)]
            if len(dataset.row_numbers) == ROW_LIMIT:
                raise FileError(
                    f"The file has more than {ROW_LIMIT:,} rows, the limit for this. Split it, "
                    "or import items and variants as items."
                )
            dataset.append([row.cells[column].strip() for column in dataset.headers])
            dataset.row_numbers.append(row.number)
        return dataset

    def export_data(self, dataset: tablib.Dataset, **kwargs) -> bytes:
        guarded = [name in self.text for name in dataset.headers]
        rows = ([guard(cell) if text else cell for cell, text in zip(row, guarded, strict=True)] for row in dataset)
        return b"".join(write_rows([dataset.headers, *rows]))
