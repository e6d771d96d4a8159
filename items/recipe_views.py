"""The page of a variant's recipe: everybody reads it, who may change variants writes it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from items.models import Recipe, RecipeLine, Variant
from items.recipe_forms import RecipeSheet, sheet_of_post, sheet_of_recipe
from items.recipes import MAY_WRITE, delete_recipe, require_recipe, save_recipe
from katana_trace.lib.htmx import render_page
from katana_trace.lib.permission import may
from katana_trace.lib.refusal import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
def recipe_edit(request: HttpRequest, pk: int) -> HttpResponse:
    variant = get_object_or_404(Variant.objects.select_related("item"), pk=pk)
    if request.method == "POST":
        return recipe_posted(request, variant)
    recipe = recipe_of(variant)
    if not may(request.user, MAY_WRITE):
        return render(request, "items/recipe_detail.html", {"variant": variant, "item": variant.item, "recipe": recipe})
    return recipe_page(request, variant, sheet_of_recipe(recipe))


def recipe_posted(request: HttpRequest, variant: Variant) -> HttpResponse:
    require_recipe(request.user)
    do = request.POST.get("do", "save")
    if do == "delete":
        if delete_recipe(variant=variant, by=request.user):
            messages.success(request, f"The recipe of {variant.sku} was deleted.")
        return redirect("items:recipe_edit", variant.pk)
    if do != "save":
        return recipe_page(request, variant, sheet_of_post(request.POST, do=do))
    sheet = sheet_of_post(request.POST, do=do)
    typed = sheet.read(variant)
    if typed:
        try:
            save_recipe(variant=variant, quantity=typed[0], lines=typed[1], by=request.user)
        except Refusal as error:
            sheet.show([error], sheet.filled)
        else:
            messages.success(request, f"The recipe of {variant.sku} was saved.")
            return redirect("items:recipe_edit", variant.pk)
    return recipe_page(request, variant, sheet, status=422)


def recipe_page(request: HttpRequest, variant: Variant, sheet: RecipeSheet, status: int = 200) -> HttpResponse:
    context = {
        "variant": variant,
        "item": variant.item,
        "sheet": sheet,
        "form": sheet.makes,
        "has_recipe": Recipe.objects.filter(variant=variant).exists(),
    }
    return render_page(request, "items/recipe_edit.html", "items/_recipe_lines.html", context, status=status)


def recipe_of(variant: Variant) -> Recipe | None:
    lines = Prefetch("lines", queryset=RecipeLine.objects.select_related("ingredient__item"))
    return Recipe.objects.filter(variant=variant).prefetch_related(lines).first()
