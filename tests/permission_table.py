"""Where each permission is asked: the verbs of the domain, and the doors that lead to them, read off the code.

A verb is a function that is told ``by`` whom it is done. What it asks is found in it and in what it calls; who calls it, in
the modules of the doors. ``python -m tests.permission_table`` prints the table.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("katana_trace", "items", "tracking")
DOORS = {
    "page": (
        "items/views.py",
        "items/recipe_views.py",
        "tracking/views/",
        "tracking/imports/",
        "katana_trace/accounts/",
    ),
    "admin": ("tracking/admin/", "items/admin.py"),
    "command": ("tracking/management/", "tracking/demo/", "tracking/upkeep/"),
}
ASKING = {"require", "may", "has_perm", "has_perms"}
NOT_VERBS = {"tracking.recalls.live", "katana_trace.lib.acting", "katana_trace.lib.permission", "katana_trace.lib.acts"}


@dataclass
class Function:
    """``calls`` are full names; ``asks`` are the permissions that stand in it, as they are written."""

    name: str
    has_by: bool
    calls: set[str] = field(default_factory=set)
    asks: set[str] = field(default_factory=set)

    @property
    def module(self) -> str:
        return self.name.rpartition(".")[0]


@dataclass(frozen=True)
class Verb:
    """``asks``: permission to the function in which it is asked. ``doors``: the doors that call it, themselves or through
    another verb."""

    name: str
    asks: dict[str, str]
    doors: tuple[str, ...]


def functions() -> dict[str, Function]:
    """Every function and method of the program, by its full name; a class stands for its ``__init__``."""
    found: dict[str, Function] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                read_module(path, found)
    return found


def read_module(path: Path, found: dict[str, Function]) -> None:
    """The functions, classes and tables at the top of one module. Who makes an object of a class may call all its methods."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    tree = ast.parse(path.read_text())
    names, constants = dict(imported(tree)), {}
    for node in tree.body:
        for name in defined_by(node):
            names[name] = f"{module}.{name}"
            if isinstance(node, ast.Assign):
                constants[name] = ast.unparse(node.value).strip("'\"")
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            own = {f"self.{one.name}": f"{module}.{node.name}.{one.name}" for one in methods}
            for method in methods:
                add(f"{module}.{node.name}.{method.name}", method, names | own, constants, found)
            found[f"{module}.{node.name}"] = Function(f"{module}.{node.name}", has_by=False, calls=set(own.values()))
        else:
            for name in defined_by(node):
                add(f"{module}.{name}", node, names, constants, found)


def defined_by(node: ast.stmt) -> list[str]:
    """The names that a statement at the top of a module gives."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def add(
    name: str, node: ast.stmt, names: dict[str, str], constants: dict[str, str], found: dict[str, Function]
) -> None:
    """Reads what ``node`` refers to: what it calls, and what it hands on to be called."""
    arguments = [*node.args.args, *node.args.kwonlyargs] if isinstance(node, ast.FunctionDef) else []
    function = found.setdefault(name, Function(name, any(one.arg == "by" for one in arguments)))
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and ast.unparse(inner.func).rpartition(".")[2] in ASKING:
            function.asks |= permissions_of(inner, constants)
        elif isinstance(inner, ast.Name | ast.Attribute):
            text = ast.unparse(inner)
            head, _, rest = text.partition(".")
            full = names.get(text) or (f"{names[head]}.{rest}" if head in names else "")
            if full and full != name:
                function.calls.add(full)


def permissions_of(call: ast.Call, constants: dict[str, str]) -> set[str]:
    """The permissions of ``require(by, …)``, ``may(by, …)`` or ``user.has_perm(…)``, as they are written."""
    is_django = ast.unparse(call.func).endswith(("has_perm", "has_perms"))
    arguments = call.args if is_django else call.args[1:]
    texts = [ast.unparse(one.value if isinstance(one, ast.Starred) else one).strip("'\"") for one in arguments]
    return {constants.get(text.partition("[")[0], text) for text in texts}


def asked_by(name: str, every: dict[str, Function], seen: set[str] | None = None) -> dict[str, str]:
    """The permissions that ``name`` asks, itself or through what it calls, each with the function in which it stands."""
    seen = seen if seen is not None else set()
    if name in seen or name not in every or every[name].module == "katana_trace.lib.permission":
        return {}
    seen.add(name)
    found = dict.fromkeys(every[name].asks, name)
    for called in sorted(every[name].calls):
        for permission, where in asked_by(called, every, seen).items():
            found.setdefault(permission, where)
    return found


def verbs() -> list[Verb]:
    """The verbs that a door leads to, by name."""
    every = functions()
    doors: dict[str, set[str]] = defaultdict(set)
    for function in every.values():
        for door in doors_of(function.module):
            for called in verbs_behind(function.name, every, set()):
                doors[called].add(door)
    return [Verb(name, asked_by(name, every), tuple(sorted(found))) for name, found in sorted(doors.items())]


def verbs_behind(name: str, every: dict[str, Function], seen: set[str]) -> Iterator[str]:
    """The first verbs on each way from ``name``; what a verb calls in turn is its own affair."""
    for called in every[name].calls - seen if name in every else ():
        seen.add(called)
        if called in every and is_verb(every[called]):
            yield called
        else:
            yield from verbs_behind(called, every, seen)


def is_verb(function: Function) -> bool:
    """Who is told ``by`` whom, and stands behind a door."""
    return function.has_by and not doors_of(function.module) and function.module not in NOT_VERBS


def doors_of(module: str) -> list[str]:
    path = f"{module.replace('.', '/')}.py"
    return [door for door, places in DOORS.items() if path.startswith(places)]


def main() -> None:
    print("| verb | permission | asked in | doors |\n|---|---|---|---|")
    for verb in verbs():
        asks = "; ".join(sorted(verb.asks)) or "none"
        where = "; ".join(sorted(set(verb.asks.values()))) or "-"
        print(f"| {verb.name} | {asks} | {where} | {', '.join(verb.doors)} |")


if __name__ == "__main__":
    main()
