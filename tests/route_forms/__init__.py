"""For every address that refuses somebody's POST, the forms with which somebody else's is done."""

from tests.route_forms import admin, documents, imports, items, recalls, records
from tests.route_forms.form import Form

GROUPS: dict[str, list[Form]] = {
    "items": items.FORMS,
    "documents": documents.FORMS,
    "records": records.FORMS,
    "recalls": recalls.FORMS,
    "imports": imports.FORMS,
    "admin": [*admin.MADE_AND_CHANGED, *admin.DELETED],
    "admin, imports and acts": [*admin.IMPORTED, *admin.ACTS],
}
FORMS = [form for forms in GROUPS.values() for form in forms]
