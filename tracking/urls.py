"""Addresses of what tracking shows (DESIGN 5.2)."""

from django.urls import path

from tracking.views import (
    archives,
    assign,
    batches,
    documents,
    draft_serials,
    drafts,
    item_card,
    locations,
    partners,
    serials,
    stock,
    switch,
)

app_name = "tracking"

urlpatterns = [
    path("items/<int:pk>/", item_card.item_card, name="item_card"),
    path("items/<int:pk>/tracking/", switch.item_tracking, name="item_tracking"),
    path("items/<int:pk>/history.csv", switch.item_history, name="item_history"),
    path("items/<int:pk>/assign/", assign.item_assign, name="item_assign"),
    path("assign/", assign.assign_list, name="assign_list"),
    path("stock/", stock.stock_list, name="stock_list"),
    path("stock/stock.csv", stock.stock_csv, name="stock_csv"),
    path("stock/<int:variant>/<int:location>/", stock.stock_row, name="stock_row"),
    path("documents/", documents.document_list, name="document_list"),
    path("documents/new/<str:kind>/", drafts.document_new, name="document_new"),
    path("documents/drafts/<uuid:token>/", drafts.draft_edit, name="draft_edit"),
    path("documents/drafts/<uuid:token>/lines/<int:line>/", draft_serials.draft_serials, name="draft_serials"),
    path("documents/drafts/<uuid:token>/delete/", drafts.draft_delete, name="draft_delete"),
    path("partners/find/", drafts.partner_find, name="partner_find"),
    path("documents/<int:pk>/", documents.document_detail, name="document_detail"),
    path("documents/<int:pk>/print/", documents.document_print, name="document_print"),
    path("documents/<int:pk>/reverse/", documents.document_reverse, name="document_reverse"),
    path("locations/", locations.location_list, name="location_list"),
    path("locations/new/", locations.location_new, name="location_new"),
    path("locations/<int:pk>/edit/", locations.location_edit, name="location_edit"),
    path("locations/<int:pk>/archive/", locations.location_archive, name="location_archive"),
    path("partners/", partners.partner_list, name="partner_list"),
    path("partners/new/", partners.partner_new, name="partner_new"),
    path("partners/<int:pk>/edit/", partners.partner_edit, name="partner_edit"),
    path("partners/<int:pk>/archive/", partners.partner_archive, name="partner_archive"),
    path("batches/", batches.batch_list, name="batch_list"),
    path("batches/<int:pk>/", batches.batch_detail, name="batch_detail"),
    path("batches/<int:pk>/edit/", batches.batch_edit, name="batch_edit"),
    path("serials/", serials.serial_list, name="serial_list"),
    path("serials/<int:pk>/", serials.serial_detail, name="serial_detail"),
    path("archives/", archives.archive_list, name="archive_list"),
    path("archives/<int:pk>/", archives.archive_detail, name="archive_detail"),
    path("archives/<int:pk>/download/", archives.archive_download, name="archive_download"),
    path("archives/<int:pk>/restore/", archives.archive_restore, name="archive_restore"),
]
