"""Tables and constraints, one file per noun; no verbs."""

from tracking.models.archive import Archive, HistoryDownload
from tracking.models.batch import Batch
from tracking.models.document import Document, Kind
from tracking.models.draft import Draft, DraftBatch, DraftLine
from tracking.models.file_import import FileImport, RememberedMapping
from tracking.models.ledger_line import LedgerLine
from tracking.models.location import Location
from tracking.models.partner import Partner
from tracking.models.recall import Recall, RecallCustomer, RecallEvent, RecallLot, RecallShipment, RecallStock
from tracking.models.record_change import RecordChange, Subject
from tracking.models.seal import Baseline, Seal
from tracking.models.serial_number import SerialNumber
from tracking.models.stock_level import StockLevel
from tracking.models.switch import Never, RelinkPermit, Switch
from tracking.models.workspace import Workspace

__all__ = [
    "Archive",
    "Baseline",
    "Batch",
    "Document",
    "Draft",
    "DraftBatch",
    "DraftLine",
    "FileImport",
    "HistoryDownload",
    "Kind",
    "LedgerLine",
    "Location",
    "Never",
    "Partner",
    "Recall",
    "RecallCustomer",
    "RecallEvent",
    "RecallLot",
    "RecallShipment",
    "RecallStock",
    "RecordChange",
    "RelinkPermit",
    "RememberedMapping",
    "Seal",
    "SerialNumber",
    "StockLevel",
    "Subject",
    "Switch",
    "Workspace",
]
