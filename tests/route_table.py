"""Who may do what at which address: one row for each route, and what it answers to each role, to GET and to an empty POST.

A cell is a status; ``>`` behind it: to a page where one logs in. 403: the role may not. 404: an import is its maker's alone.
405: this address takes no such request. 422: the role may, and the empty form is refused. 302: done, or it leads on.
"""

from __future__ import annotations

Cells = dict[tuple[str, str], str]  # by method and role

ROLES = ("anonymous", "viewer", "operator", "manager")
# A viewer, an operator and a manager who may enter the admin; and who may do all.
STAFF = ("staff viewer", "staff operator", "staff", "superuser")


def cells(text: str) -> Cells:
    """``"302> 200 200 200 | 302> 405 405 405"``: the answers to GET, then to POST, in the order of ROLES."""
    found = [part.split() for part in text.split("|")]
    return {
        (method, role): cell
        for method, row in zip(("get", "post"), found, strict=True)
        for role, cell in zip(ROLES, row, strict=True)
    }


def of_admin(text: str) -> Cells:
    """The same for a page of the admin, of STAFF alone: it is closed to all others."""
    gets, posts = (part.split() for part in text.split("|"))
    closed = cells("302> 403 403 403 | 302> 403 403 403")
    return closed | {
        (method, role): cell
        for method, row in (("get", gets), ("post", posts))
        for role, cell in zip(STAFF, row, strict=True)
    }


READ = cells("302> 200 200 200 | 302> 405 405 405")
MANAGER_FORM = cells("302> 403 403 200 | 302> 403 403 422")
MANAGER_ACT = cells("302> 405 405 405 | 302> 403 403 302")
OPERATOR_FORM = cells("302> 403 200 200 | 302> 403 422 422")
OPERATOR_ACT = cells("302> 403 200 200 | 302> 403 302 302")
READ_AND_MANAGER_FORM = cells("302> 200 200 200 | 302> 403 403 422")
LEADS_ON = cells("302> 302 302 302 | 302> 405 405 405")
OWN_READ = cells("302> 404 404 200 | 302> 405 405 405")
OWN_ACT = cells("302> 405 405 405 | 302> 404 404 302")

STAFF_READ = of_admin("200 200 200 200 | 200 200 200 200")
STAFF_LOOK = of_admin("200 200 200 200 | 403 403 403 403")
NOBODY = of_admin("403 403 403 403 | 403 403 403 403")
STAFF_ACT = of_admin("405 405 405 405 | 403 403 302 302")
STAFF_FORM = of_admin("403 403 200 200 | 403 403 422 422")
STAFF_OPERATOR_FORM = of_admin("403 200 200 200 | 403 422 422 422")
STAFF_CHANGE = of_admin("200 200 200 200 | 403 403 422 422")
SUPERUSER_READ = of_admin("403 403 403 200 | 403 403 403 200")
SUPERUSER_LOOK = of_admin("403 403 403 200 | 403 403 403 403")
SUPERUSER_FORM = of_admin("403 403 403 200 | 403 403 403 422")
STAFF_GET = of_admin("200 200 200 200 | 405 405 405 405")

SITE = {
    "home": READ,
    "items:item_list": READ,
    "items:item_new": MANAGER_FORM,
    "items:item_edit": MANAGER_FORM,
    "items:item_archive": MANAGER_ACT,
    "items:variant_new": MANAGER_FORM,
    "items:pattern_preview": READ,
    "items:variant_find": READ,
    "items:variant_meant": READ,
    "items:recipe_edit": READ_AND_MANAGER_FORM,
    "items:variant_edit": MANAGER_FORM,
    "items:variant_archive": MANAGER_ACT,
    "tracking:item_card": READ,
    "tracking:item_tracking": READ_AND_MANAGER_FORM,
    "tracking:item_history": READ,
    "tracking:item_restore": MANAGER_FORM,
    "tracking:item_assign": OPERATOR_FORM,
    "tracking:assign_list": READ,
    "tracking:stock_list": READ,
    "tracking:stock_export": READ,
    "tracking:item_export": READ,
    "tracking:batch_export": READ,
    "tracking:serial_export": READ,
    "tracking:document_export": READ,
    "tracking:movement_export": READ,
    "tracking:stock_row": LEADS_ON,
    "tracking:trace": READ,
    "tracking:trace_batch": READ,
    "tracking:trace_batch_csv": READ,
    "tracking:trace_serial": READ,
    "tracking:trace_serial_csv": READ,
    "tracking:recall_list": READ,
    "tracking:recall_new": MANAGER_FORM,
    "tracking:recall_detail": READ,
    "tracking:recall_lots": READ,
    "tracking:recall_stock": READ,
    "tracking:recall_hold": MANAGER_ACT,
    "tracking:recall_notify": MANAGER_ACT,
    "tracking:recall_close": MANAGER_FORM,
    "tracking:recall_customers": READ,
    "tracking:recall_customer": READ_AND_MANAGER_FORM,
    "tracking:recall_letter": READ,
    "tracking:recall_letters": READ,
    "tracking:recall_csv": READ,
    "tracking:fsma_sheet": READ,
    "tracking:fsma_csv": cells("302> 422 422 422 | 302> 405 405 405"),
    "tracking:fsma_xlsx": cells("302> 422 422 422 | 302> 405 405 405"),
    "tracking:document_list": READ,
    "tracking:document_new": OPERATOR_ACT,
    "tracking:draft_edit": OPERATOR_FORM,
    "tracking:draft_serials": OPERATOR_ACT,
    "tracking:draft_delete": OPERATOR_ACT,
    "tracking:partner_find": READ,
    "tracking:document_detail": READ,
    "tracking:document_print": READ,
    "tracking:document_reverse": MANAGER_FORM,
    "tracking:location_list": READ,
    "tracking:location_new": OPERATOR_FORM,
    "tracking:location_edit": MANAGER_FORM,
    "tracking:location_archive": MANAGER_ACT,
    "tracking:partner_list": READ,
    "tracking:partner_new": OPERATOR_FORM,
    "tracking:partner_edit": MANAGER_FORM,
    "tracking:partner_archive": MANAGER_ACT,
    "tracking:batch_list": READ,
    "tracking:batch_detail": READ,
    "tracking:batch_edit": MANAGER_FORM,
    "tracking:batch_hold": MANAGER_FORM,
    "tracking:serial_list": READ,
    "tracking:serial_detail": READ,
    "tracking:serial_hold": MANAGER_FORM,
    "tracking:import_new": OPERATOR_FORM,
    "tracking:import_template": READ,
    "tracking:import_detail": OWN_READ,
    "tracking:import_mapping": cells("302> 404 404 200 | 302> 404 404 200"),
    "tracking:import_preview": OWN_ACT,
    "tracking:import_outcome": OWN_READ,
    "tracking:import_commit": OWN_ACT,
    "tracking:import_delete": OWN_ACT,
    "tracking:label_print": READ,
    "tracking:label_css": READ,
    "tracking:search": READ,
    "tracking:digital_link": LEADS_ON,
    "tracking:archive_list": READ,
    "tracking:seal_list": READ,
    "tracking:seal_new": MANAGER_ACT,
    "tracking:change_list": READ,
    "tracking:archive_detail": READ,
    "tracking:archive_download": READ,
    "tracking:archive_restore": MANAGER_FORM,
    "favicon": cells("302 302 302 302 | 405 405 405 405"),
    "healthz": cells("200 200 200 200 | 405 405 405 405"),
    "login": cells("200 302 302 302 | 422 302 302 302"),
    "logout": cells("302> 405 405 405 | 302> 302> 302> 302>"),
    "password_change": cells("302> 200 200 200 | 302> 422 422 422"),
    "password_change_done": READ,
    "session_list": READ,
    "session_end": cells("302> 405 405 405 | 302> 302 302 302"),
    "login_list": cells("302> 403 403 200 | 302> 405 405 405"),
}

# Whoever is logged in without being staff is not let in at all, and who is not logged in is asked to.
ADMIN = {
    "admin:index": STAFF_READ,
    "admin:logout": of_admin("405 405 405 405 | 302> 302> 302> 302>"),
    "admin:password_change": of_admin("302 302 302 302 | 302 302 302 302"),
    "admin:password_change_done": STAFF_GET,
    "admin:autocomplete": of_admin("403 403 403 403 | 405 405 405 405"),
    "admin:jsi18n": STAFF_GET,
    "admin:view_on_site": of_admin("404 404 404 404 | 404 404 404 404"),
    "admin:tracking_archive_changelist": STAFF_READ,
    "admin:tracking_archive_add": NOBODY,
    "admin:tracking_archive_history": STAFF_READ,
    "admin:tracking_archive_delete": NOBODY,
    "admin:tracking_archive_change": STAFF_LOOK,
    "admin:tracking_batch_changelist": STAFF_READ,
    "admin:tracking_batch_add": NOBODY,
    "admin:tracking_batch_history": STAFF_READ,
    "admin:tracking_batch_delete": NOBODY,
    "admin:tracking_batch_change": STAFF_LOOK,
    "admin:tracking_document_changelist": STAFF_READ,
    "admin:tracking_document_add": NOBODY,
    "admin:tracking_document_history": STAFF_READ,
    "admin:tracking_document_delete": NOBODY,
    "admin:tracking_document_change": STAFF_LOOK,
    "admin:tracking_historydownload_changelist": SUPERUSER_READ,
    "admin:tracking_historydownload_add": NOBODY,
    "admin:tracking_historydownload_history": SUPERUSER_READ,
    "admin:tracking_historydownload_delete": NOBODY,
    "admin:tracking_historydownload_change": SUPERUSER_LOOK,
    "admin:items_item_process_import": STAFF_ACT,
    "admin:items_item_import": STAFF_FORM,
    "admin:items_item_export": STAFF_READ,
    "admin:items_item_changelist": STAFF_READ,
    "admin:items_item_add": STAFF_FORM,
    "admin:items_item_history": STAFF_READ,
    "admin:items_item_delete": SUPERUSER_READ,
    "admin:items_item_change": STAFF_CHANGE,
    "admin:tracking_ledgerline_changelist": STAFF_READ,
    "admin:tracking_ledgerline_add": NOBODY,
    "admin:tracking_ledgerline_history": STAFF_READ,
    "admin:tracking_ledgerline_delete": NOBODY,
    "admin:tracking_ledgerline_change": STAFF_LOOK,
    "admin:tracking_location_process_import": STAFF_ACT,
    "admin:tracking_location_import": STAFF_FORM,
    "admin:tracking_location_export": STAFF_READ,
    "admin:tracking_location_changelist": STAFF_READ,
    "admin:tracking_location_add": STAFF_OPERATOR_FORM,
    "admin:tracking_location_history": STAFF_READ,
    "admin:tracking_location_delete": SUPERUSER_READ,
    "admin:tracking_location_change": STAFF_CHANGE,
    "admin:tracking_partner_process_import": STAFF_ACT,
    "admin:tracking_partner_import": STAFF_FORM,
    "admin:tracking_partner_export": STAFF_READ,
    "admin:tracking_partner_changelist": STAFF_READ,
    "admin:tracking_partner_add": STAFF_OPERATOR_FORM,
    "admin:tracking_partner_history": STAFF_READ,
    "admin:tracking_partner_delete": SUPERUSER_READ,
    "admin:tracking_partner_change": STAFF_CHANGE,
    "admin:tracking_recall_changelist": STAFF_READ,
    "admin:tracking_recall_add": NOBODY,
    "admin:tracking_recall_history": STAFF_READ,
    "admin:tracking_recall_delete": NOBODY,
    "admin:tracking_recall_change": STAFF_LOOK,
    "admin:tracking_recordchange_changelist": STAFF_READ,
    "admin:tracking_recordchange_add": NOBODY,
    "admin:tracking_recordchange_history": STAFF_READ,
    "admin:tracking_recordchange_delete": NOBODY,
    "admin:tracking_recordchange_change": STAFF_LOOK,
    "admin:tracking_serialnumber_changelist": STAFF_READ,
    "admin:tracking_serialnumber_add": NOBODY,
    "admin:tracking_serialnumber_history": STAFF_READ,
    "admin:tracking_serialnumber_delete": NOBODY,
    "admin:tracking_serialnumber_change": STAFF_LOOK,
    "admin:tracking_stocklevel_changelist": STAFF_READ,
    "admin:tracking_stocklevel_add": NOBODY,
    "admin:tracking_stocklevel_history": STAFF_READ,
    "admin:tracking_stocklevel_delete": NOBODY,
    "admin:tracking_stocklevel_change": STAFF_LOOK,
    "admin:tracking_switch_changelist": STAFF_READ,
    "admin:tracking_switch_add": NOBODY,
    "admin:tracking_switch_history": STAFF_READ,
    "admin:tracking_switch_delete": NOBODY,
    "admin:tracking_switch_change": STAFF_LOOK,
    "admin:auth_group_changelist": SUPERUSER_READ,
    "admin:auth_group_add": SUPERUSER_FORM,
    "admin:auth_group_history": SUPERUSER_READ,
    "admin:auth_group_delete": SUPERUSER_READ,
    "admin:auth_group_change": of_admin(
        "403 403 403 200 | 403 403 403 302"
    ),  # of a role: its name is fixed, so nothing is wrong
    "admin:auth_user_password_change": SUPERUSER_READ,
    "admin:auth_user_changelist": SUPERUSER_READ,
    "admin:auth_user_add": SUPERUSER_FORM,
    "admin:auth_user_history": SUPERUSER_READ,
    "admin:auth_user_delete": SUPERUSER_READ,
    "admin:auth_user_change": SUPERUSER_FORM,
    "admin:items_variant_process_import": STAFF_ACT,
    "admin:items_variant_import": STAFF_FORM,
    "admin:items_variant_export": STAFF_READ,
    "admin:items_variant_changelist": STAFF_READ,
    "admin:items_variant_add": STAFF_FORM,
    "admin:items_variant_history": STAFF_READ,
    "admin:items_variant_delete": SUPERUSER_READ,
    "admin:items_variant_change": STAFF_CHANGE,
    "admin:tracking_workspace_changelist": of_admin("302 302 302 302 | 302 302 302 302"),
    "admin:tracking_workspace_add": NOBODY,
    "admin:tracking_workspace_history": SUPERUSER_READ,
    "admin:tracking_workspace_delete": NOBODY,
    "admin:tracking_workspace_change": SUPERUSER_FORM,
    "admin:app_list": STAFF_READ,
}
ADMIN["admin:login"] = dict.fromkeys(ADMIN["admin:index"], "302>")

TABLE = SITE | ADMIN
