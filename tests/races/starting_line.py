"""The starting line: writers that begin together, each on a connection of its own, and end in time or are told.

A writer is a function ``(number, **arguments)`` of ``writers.py``, ``readers.py`` or another file of this folder, so that
a new process finds it too.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

READY_SECONDS = 120  # for all to have started
RACE_SECONDS = 600  # for all to have ended: a deadlock or a hang is a failure, not a wait


@dataclass(frozen=True)
class Entry:
    """One writer: the name of its function, and what it is called with."""

    writer: str
    arguments: dict = field(default_factory=dict)


@dataclass
class Finish:
    """What the writers gave back, in the order of their entries, and the seconds from the start to the last of them."""

    answers: list[dict]
    seconds: float


def race(entries: Sequence[Entry], *, folder: str | None) -> Finish:
    """Runs all ``entries`` at once: in processes on the SQLite file in ``folder``, or in threads without one.

    Raises AssertionError with the traceback of a writer that failed, or when they do not end in time.
    """
    if folder is None:
        return finish_of(entries, start_threads)
    return finish_of(entries, lambda entries, barrier, answers: start_processes(entries, barrier, answers, folder))


def finish_of(entries: Sequence[Entry], start) -> Finish:
    barrier, answers = (None, None)
    if start is start_threads:
        barrier, answers = threading.Barrier(len(entries) + 1), queue.Queue()
    else:
        context = multiprocessing.get_context("spawn")
        barrier, answers = context.Barrier(len(entries) + 1), context.Queue()
    runners = start(entries, barrier, answers)
    found: dict[int, dict] = {}
    try:
        barrier.wait(READY_SECONDS)
        begun = time.monotonic()
        while len(found) < len(entries):
            number, answer, failure = answers.get(timeout=max(0.1, begun + RACE_SECONDS - time.monotonic()))
            assert failure is None, f"Writer {number} ({entries[number].writer}) failed:\n{failure}"
            found[number] = answer
        seconds = time.monotonic() - begun
    except queue.Empty:
        late = [entry.writer for number, entry in enumerate(entries) if number not in found]
        raise AssertionError(f"After {RACE_SECONDS} s these have not ended: {late}") from None
    finally:
        barrier.abort()
        for runner in runners:
            if isinstance(runner, multiprocessing.process.BaseProcess) and len(found) < len(entries):
                runner.kill()
            runner.join(10)
    return Finish([found[number] for number in range(len(entries))], seconds)


def start_threads(entries, barrier, answers) -> list:
    runners = [
        threading.Thread(target=run_in_thread, args=(number, entry, barrier, answers), daemon=True)
        for number, entry in enumerate(entries)
    ]
    for runner in runners:
        runner.start()
    return runners


def start_processes(entries, barrier, answers, folder: str) -> list:
    context = multiprocessing.get_context("spawn")
    runners = [
        context.Process(target=run_in_process, args=(number, entry, barrier, answers, folder), daemon=True)
        for number, entry in enumerate(entries)
    ]
    for runner in runners:
        runner.start()
    return runners


def run_in_thread(number: int, entry: Entry, barrier, answers) -> None:
    from django.db import connection

    try:
        connection.ensure_connection()
        run(number, entry, barrier, answers)
    finally:
        connection.close()


def run_in_process(number: int, entry: Entry, barrier, answers, folder: str) -> None:
    """A new interpreter: it inherits no connection, and finds the file by its environment as a site does."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "katana_trace.settings"
    os.environ["KATANA_TRACE_DATA"] = folder
    os.environ.pop("PGDATABASE", None)
    import django

    django.setup()
    run(number, entry, barrier, answers)


def run(number: int, entry: Entry, barrier, answers) -> None:
    from tests.races import login_writers, order_writers, readers, recall_writers, restore_writers, writers

    try:
        rooms = (writers, login_writers, order_writers, readers, recall_writers, restore_writers)
        writer = next(found for room in rooms if (found := getattr(room, entry.writer, None)))
        barrier.wait(READY_SECONDS)
        answers.put((number, writer(number, **entry.arguments), None))
    except BaseException:
        answers.put((number, None, traceback.format_exc()))
