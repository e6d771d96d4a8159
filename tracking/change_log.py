"""What is saved of the catalogue, partners, locations, the workspace, users and roles goes into the change log (rule 25).

The one seam for all doors: pages, admin, imports, commands and the shell save through these models. Past them, by
``QuerySet.update`` or bare SQL, the database refuses a name that is not logged, and ``verify`` finds the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model, QuerySet
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save

from tracking.ledger import locks
from tracking.ledger.subjects import LOGGED, PASSWORD, FieldChange, differences, first_values, log_row, text_of

# Logged by the switch itself, with its reason.
BY_THE_SWITCH = {"tracking_mode"}


def before_save(sender: type[Model], instance: Model, raw: bool, update_fields, **kwargs) -> None:
    """Logs what an existing row changes, before it is written: by the row of the log the database knows that it may.

    The row is locked first: of two people who save it at once the second is logged against what the first has written,
    and not against what both had read.
    """
    if raw or instance.pk is None:
        return
    fields = [
        name for name in LOGGED[sender].fields if name not in BY_THE_SWITCH and is_saved(sender, name, update_fields)
    ]
    is_password_saved = sender is get_user_model() and is_saved(sender, PASSWORD, update_fields)
    if not fields and not is_password_saved:
        return
    before = locked(instance)
    if before is None:
        return
    changes = list(differences(before, instance, fields))
    if is_password_saved and getattr(before, PASSWORD) != getattr(instance, PASSWORD):
        changes.append(FieldChange(PASSWORD, "", "changed"))
    log_row(instance, changes)


def locked(instance: Model) -> Model | None:
    """``instance`` as the database has it, and nobody else changes it meanwhile; None where it is gone.

    The log is taken before the row, as an import does, which has it to itself.
    """
    locks.share_log()
    return type(instance)._default_manager.select_for_update(no_key=True).filter(pk=instance.pk).first()


def is_saved(model: type[Model], name: str, update_fields) -> bool:
    return update_fields is None or name in update_fields or name.removesuffix("_id") in update_fields


def after_save(sender: type[Model], instance: Model, created: bool, raw: bool, **kwargs) -> None:
    """Logs what a new row was made with."""
    if created and not raw:
        log_row(instance, first_values(instance), is_first=True)


def before_delete(sender: type[Model], instance: Model, **kwargs) -> None:
    """What nothing refers to may be deleted; the log keeps that it was there."""
    locked(instance)
    log_row(instance, [FieldChange("deleted", text_of(getattr(instance, LOGGED[sender].named)) or "it", "deleted")])


def members_changed(sender, instance: Model, action: str, reverse: bool, model: type[Model], pk_set, **kwargs) -> None:
    """Roles of users, and permissions of both: a row for each that is given or taken."""
    if action == "pre_clear":
        keys = {field.related_model: field.attname for field in sender._meta.concrete_fields if field.remote_field}
        rows = sender._default_manager.filter(**{keys[type(instance)]: instance.pk})
        pk_set, action = set(rows.values_list(keys[model], flat=True)), "pre_remove"
    if action not in ("pre_add", "pre_remove") or not pk_set:
        return
    given = action == "pre_add"
    locks.share_log()
    rows = list(present(model, pk_set))
    pairs = [(instance, row) for row in rows]
    if reverse:
        (what,) = present(type(instance), [instance.pk])
        pairs = [(row, what) for row in rows]
    for owner, what in pairs:
        field = "role" if isinstance(what, Group) else "permission"
        name = what.name if isinstance(what, Group) else f"{what.content_type.app_label}.{what.codename}"
        log_row(owner, [FieldChange(field, "" if given else name, name if given else "")])


def present(model: type[Model], keys: Collection[int]) -> QuerySet:
    """The rows of ``keys`` as the database has them. Roles are locked: the log knows them by names, which may be changing."""
    rows = model._default_manager.filter(pk__in=keys).order_by("pk")
    return rows.select_for_update(no_key=True) if model is Group else rows


def saved_whole(save: Callable) -> Callable:
    """``save`` of a model of Django's, in a transaction: without one the log would keep what was then refused or cut off.

    Ours do so by themselves. A lock of the log, too, lasts no longer than a transaction.
    """

    @wraps(save)
    def save_whole(*args, **kwargs):
        with transaction.atomic():
            return save(*args, **kwargs)

    return save_whole


def connect() -> None:
    """Listens to every model that the log keeps."""
    for model in (get_user_model(), Group):
        model.save = saved_whole(model.save)
    for model in LOGGED:
        pre_save.connect(before_save, sender=model)
        post_save.connect(after_save, sender=model)
        pre_delete.connect(before_delete, sender=model)
    user = get_user_model()
    for through in (user.groups.through, user.user_permissions.through, Group.permissions.through):
        m2m_changed.connect(members_changed, sender=through)
