"""What the triggers refuse about the three roles (DESIGN 5.3): they are found by their names, so they stay, under their names.

The same form as the guards in ``rules``, and the same SQL on both databases.
"""

from __future__ import annotations

from tracking.groups import ROLES

NAMES = ", ".join(f"'{name}'" for name in ROLES)
THREE = "{}, {} and {}".format(*ROLES)
KEPT = f"The groups {THREE} are the roles of the program, so they are never deleted. Take users out of them instead."
NAMED = f"The groups {THREE} are found by their names, so these stay. Make another group for another name."

ROLE_GUARDS = [
    ("role_delete", "auth_group", "DELETE", f"OLD.name IN ({NAMES})", KEPT),
    (
        "role_update",
        "auth_group",
        "UPDATE",
        f"OLD.name IN ({NAMES}) AND (NEW.name <> OLD.name OR NEW.id <> OLD.id)",
        NAMED,
    ),
    (
        # Without recursive_triggers, as in a shell, SQLite asks the guard above for no row that another one replaces.
        "role_taken",
        "auth_group",
        "UPDATE",
        f"EXISTS (SELECT 1 FROM auth_group t WHERE t.name IN ({NAMES}) AND t.id <> OLD.id"
        " AND (t.id = NEW.id OR t.name = NEW.name))",
        KEPT,
    ),
    (
        "role_replace",
        "auth_group",
        "INSERT",
        f"EXISTS (SELECT 1 FROM auth_group t WHERE t.name IN ({NAMES}) AND (t.id = NEW.id OR t.name = NEW.name))",
        KEPT,
    ),
]
