"""Children that write and are killed with SIGKILL, one after the other, and what the database holds after each of them.

``python -m tests.races.nursery JOB ROUNDS [each_statement]`` works on the database that the environment names, and prints
what it saw as JSON. Children are forked from here, so that a killing takes a tenth of a second and not the second that
a new interpreter takes. ``each_statement`` is the negative control: every statement is committed by itself.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import django

SEED = 417
CHILD = "katana-trace-child"  # what a child of PostgreSQL is called in its list of connections

Say = Callable[[str], None]


@dataclass
class Seen:
    """``before`` and ``after``: in how many rounds nothing of the act under way was there, or all of it."""

    rounds: int = 0
    acknowledged: int = 0
    before: int = 0
    after: int = 0
    faults: list[str] = field(default_factory=list)


def killed(act: Callable[[Say], None], *, within: float, control: bool) -> list[str]:
    """Forks a child that acts, and kills it a random time of at most ``within`` seconds after its first word.

    Returns what it had said. A child that ended before was not killed, or has killed itself.
    """
    from django.db import connection

    connection.close()  # not to be shared with the child
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        os.environ["PGAPPNAME"] = CHILD
        code = 1
        try:
            with ExitStack() as stack:
                if control:
                    stack.enter_context(connection.execute_wrapper(committed))
                act(lambda word: os.write(into, f"{word}\n".encode()))
            code = 0
        finally:
            os._exit(code)
    os.close(into)
    with os.fdopen(out, "rb") as said:
        first = said.readline()
        time.sleep(random.uniform(0, within))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        words = (first + said.read()).decode().split()
    wait_for_the_server()
    return words


def committed(execute, sql, parameters, many, context):
    """Runs a statement and commits it, though it stands in a transaction with others."""
    found = execute(sql, parameters, many, context)
    if not sql.lstrip().startswith("SELECT"):
        context["connection"].connection.commit()
    return found


def wait_for_the_server() -> None:
    """Until PostgreSQL has seen that its client is gone: only then is it decided whether it had committed."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return
    ends = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [CHILD])
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.005)
    raise TimeoutError("The server still works for a client that was killed 30 s ago.")


def main() -> None:
    from tests.races.killing_posts import kill_posts
    from tests.races.killing_switches import kill_switches

    job, rounds, *more = sys.argv[1:]
    random.seed(SEED)
    run = {"posts": kill_posts, "switches": kill_switches}[job]
    seen = run(int(rounds), control=more == ["each_statement"])
    print(json.dumps(vars(seen)))


if __name__ == "__main__":
    django.setup()
    main()
