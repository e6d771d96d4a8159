"""Addresses of the catalogue (DESIGN 5.2). The item card is tracking's: it shows where things are."""

from django.urls import path

from items import recipe_views, views

app_name = "items"

urlpatterns = [
    path("items/", views.item_list, name="item_list"),
    path("items/new/", views.item_new, name="item_new"),
    path("items/<int:pk>/edit/", views.item_edit, name="item_edit"),
    path("items/<int:pk>/archive/", views.item_archive, name="item_archive"),
    path("items/<int:pk>/variants/new/", views.variant_new, name="variant_new"),
    path("items/pattern/", views.pattern_preview, name="pattern_preview"),
    path("variants/find/", views.variant_find, name="variant_find"),
    path("variants/meant/", views.variant_meant, name="variant_meant"),
    path("variants/<int:pk>/recipe/", recipe_views.recipe_edit, name="recipe_edit"),
    path("variants/<int:pk>/edit/", views.variant_edit, name="variant_edit"),
    path("variants/<int:pk>/archive/", views.variant_archive, name="variant_archive"),
]
