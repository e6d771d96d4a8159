"""The three roles (DESIGN 5.3), made and kept by every migrate."""

from __future__ import annotations

from django.apps import apps

VIEW = [
    *[f"items.view_{model}" for model in ("item", "variant")],
    *[
        f"tracking.view_{model}"
        for model in (
            "archive",
            "batch",
            "document",
            "ledgerline",
            "location",
            "partner",
            "recall",
            "recordchange",
            "seal",
            "serialnumber",
            "stocklevel",
            "switch",
        )
    ],
]
OPERATE = ["tracking.add_document", "tracking.add_location", "tracking.add_partner"]
MANAGE = [
    "items.switch_tracking",
    *[f"items.{verb}_{model}" for verb in ("add", "change") for model in ("item", "variant")],
    *[f"tracking.change_{model}" for model in ("batch", "serialnumber", "location", "partner")],
    "tracking.reverse_document",
    "tracking.add_seal",
    *[f"tracking.{verb}_recall" for verb in ("add", "change")],
    "accounts.view_loginevent",
]

ROLES = {"Viewer": VIEW, "Operator": VIEW + OPERATE, "Manager": VIEW + OPERATE + MANAGE}


def create_after_migrate(*, using: str, **kwargs) -> None:
    """Gives each role at least its permissions, once all apps have made theirs; what an admin added stays."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    wanted = {name for names in ROLES.values() for name in names}
    found = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.using(using)
        .select_related("content_type")
        .filter(content_type__app_label__in=["accounts", "items", "tracking"])
    }
    if not wanted <= found.keys():
        return
    for role, names in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=role)
        group.permissions.add(*[found[name] for name in names])
