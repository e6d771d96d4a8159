"""Addresses of what tracking shows (DESIGN 5.2)."""

from django.urls import path

from tracking.views import archives, assign, batches, item_card, serials, switch

app_name = "tracking"

urlpatterns = [
    path("items/<int:pk>/", item_card.item_card, name="item_card"),
    path("items/<int:pk>/tracking/", switch.item_tracking, name="item_tracking"),
    path("items/<int:pk>/history.csv", switch.item_history, name="item_history"),
    path("items/<int:pk>/assign/", assign.item_assign, name="item_assign"),
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
