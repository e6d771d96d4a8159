"""Users and groups. Who has posted or switched stays: made inactive, not deleted.

Who changes users and groups can give himself every permission, so only an administrator does; others may at most look.
"""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from tracking.admin.base import RefusingAdmin
from tracking.groups import ROLES
from tracking.ledger.triggers.role_rules import KEPT
from tracking.models import Archive, Document, HistoryDownload, RecordChange, Switch

User = get_user_model()
admin.site.unregister([User, Group])


class AdministratorsAdmin(RefusingAdmin):
    """Rows that a superuser alone makes, changes and deletes, whatever permissions another role has been given.

    Names of users and groups have no keys.
    """

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser

    def get_search_results(self, request, queryset, search_term):
        return admin.ModelAdmin.get_search_results(self, request, queryset, search_term)


@admin.register(Group)
class KeptGroupAdmin(AdministratorsAdmin, GroupAdmin):
    """The three roles stay, under their names; what they may do is the administrator's to change."""

    def get_readonly_fields(self, request, obj=None):
        found = super().get_readonly_fields(request, obj)
        return (*found, "name") if obj is not None and obj.name in ROLES else found

    def why_kept(self, group):
        return KEPT if group.name in ROLES else ""


class UserForm(UserChangeForm):
    """Refuses a name that differs from another user's only in case, as the form for a new user does."""

    def clean_username(self) -> str:
        name = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(f"There is a user “{name}” already, in this or another case. Choose another name.")
        return name


@admin.register(User)
class KeptUserAdmin(AdministratorsAdmin, UserAdmin):
    form = UserForm

    def get_fieldsets(self, request, obj=None):
        """Without the password for who may only read: beside it stands a link that would refuse them."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        return [
            (name, {**part, "fields": tuple(field for field in part["fields"] if field != "password")})
            for name, part in found
        ]

    def why_kept(self, user):
        signed = (
            Document.objects.filter(posted_by=user),
            Switch.objects.filter(switched_by=user),
            RecordChange.objects.filter(changed_by=user),
            HistoryDownload.objects.filter(downloaded_by=user),
            Archive.objects.filter(restored_by=user),
        )
        if any(rows.exists() for rows in signed):
            name = user.get_username()
            return f"{name} has signed part of the history. Untick Active instead: no login, and the name stays."
        return ""
