"""The admin: one of the four doors. One small file for each noun; all of them say no in the domain's words."""

from tracking.admin import (  # noqa: F401
    archive,
    batch,
    document,
    history_download,
    item,
    ledger_line,
    location,
    partner,
    recall,
    record_change,
    serial_number,
    site,
    stock_level,
    switch,
    user,
    variant,
    workspace,
)
