"""What is measured, each in a process of its own: ``python -m tests.benchmarks.measures NAME …`` prints its answer as JSON.

The environment says which database (``site.py``).
"""

from __future__ import annotations

import json
import pickle
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import django

# In the order in which they refer to each other.
WRITTEN = ("tracking_document", "tracking_batch", "tracking_serialnumber", "tracking_ledgerline")
READ = ("items_item", "items_variant", "tracking_location", "tracking_partner")

# A ledger line with all that the export says of it, by one join.
BARE_LINES = """
SELECT d.kind, d.number, d.posted_at, t.name, p.name, v.sku, b.number, b.expires_on, s.number, l.quantity, d.note,
    i.name, v.name, i.unit, l.uuid, d.recorded_at
FROM tracking_ledgerline l
JOIN tracking_document d ON d.id = l.document_id
JOIN items_variant v ON v.id = l.variant_id
JOIN items_item i ON i.id = v.item_id
JOIN tracking_location p ON p.id = l.location_id
LEFT JOIN tracking_partner t ON t.id = d.partner_id
LEFT JOIN tracking_batch b ON b.id = l.batch_id
LEFT JOIN tracking_serialnumber s ON s.id = l.serial_id
"""


def import_movements(file: str) -> dict:
    """Seconds, lines and peak memory of importing ``file``, as ``manage.py import_csv movements`` does it."""
    from tracking.resources.import_movements import import_movements

    begun = time.perf_counter()
    with Path(file).open("rb") as opened:
        done = import_movements(opened, by=None)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "documents": done.documents, "lines": done.lines, "peak_mib": peak}


def import_serials(file: str) -> dict:
    """Seconds, numbers and peak memory of connecting the serial numbers of ``file`` to stock that is there."""
    from tracking.resources.import_serials import import_serials

    begun = time.perf_counter()
    with Path(file).open("rb") as opened:
        count = import_serials(opened, by=None)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "count": count, "peak_mib": peak}


def export_movements(ending: str) -> dict:
    """Seconds, bytes and memory above the base of exporting every ledger line, as the download of the list does it."""
    from tracking.exports.table import write_csv, write_xlsx
    from tracking.exports.tables import movements_table

    base = memory_mib("VmRSS")
    begun = time.perf_counter()
    size = 0
    if ending == "csv":
        for chunk in write_csv(movements_table(None)):
            size += len(chunk)
    else:
        with write_xlsx(movements_table(None)) as file:
            while chunk := file.read(1 << 20):
                size += len(chunk)
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "bytes": size, "above_mib": memory_mib("VmHWM") - base}


def bare_csv() -> dict:
    """Seconds of writing the same ledger lines by a cursor of the driver and one join, as CSV to nowhere."""
    import csv
    import io
    from contextlib import nullcontext

    from django.db import connection, transaction

    begun = time.perf_counter()
    # A cursor of the server lives in a transaction; SQLite's needs none.
    in_transaction = transaction.atomic() if connection.vendor == "postgresql" else nullcontext()
    with in_transaction, connection.cursor() as cursor:
        bare = cursor.cursor.connection.cursor("bare") if connection.vendor == "postgresql" else cursor.cursor
        if connection.vendor == "postgresql":
            bare.itersize = 4000
        bare.execute(f"{BARE_LINES} ORDER BY l.id")
        out = io.StringIO()
        writer = csv.writer(out)
        count = 0
        for row in bare:
            writer.writerow(row)
            count += 1
            if count % 500 == 0:
                out.seek(0)
                out.truncate()
    return {"seconds": time.perf_counter() - begun, "lines": count}


def memory_mib(name: str) -> float:
    """VmRSS is what the process has now, VmHWM the most it had."""
    found = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(found.split()[1]) / 1024


def keep_rows(file: str) -> dict:
    """Writes the rows of every table that an import writes, and of those they refer to, to ``file``."""
    from django.db import connection

    with connection.cursor() as cursor:
        rows = {}
        for table in (*READ, *WRITTEN):
            cursor.cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            rows[table] = [column[0] for column in cursor.description], [tuple(row) for row in cursor.fetchall()]
    Path(file).write_bytes(pickle.dumps(rows))
    return {table: len(found) for table, (_, found) in rows.items()}


def write_bare(file: str, indexes: str) -> dict:
    """Seconds of writing those rows by plain ``executemany``, one per table, in one transaction, without triggers.

    ``indexes`` is "with" for the same tables with their indexes, constraints and foreign keys, "without" for tables
    of the same columns alone.
    """
    from django.db import connection, transaction

    from tracking.ledger import triggers

    rows = pickle.loads(Path(file).read_bytes())  # noqa: S301 written by this program a moment ago
    triggers.drop_all(connection)
    prefix = ""
    with connection.cursor() as cursor, transaction.atomic():
        if indexes == "without":
            prefix = "bare_"
            for table in WRITTEN:
                cursor.execute(f"CREATE TABLE {prefix}{table} AS SELECT * FROM {table} WHERE 1 = 0")
        else:
            for table in READ:
                execute_many(cursor, table, *rows[table])
    begun = time.perf_counter()
    with connection.cursor() as cursor, transaction.atomic():
        for table in WRITTEN:
            execute_many(cursor, prefix + table, *rows[table])
    return {"seconds": time.perf_counter() - begun}


def execute_many(cursor, table: str, columns: list[str], rows: list[tuple]) -> None:
    """On the driver's own cursor, with its own placeholders."""
    from django.db import connection

    place = "?" if connection.vendor == "sqlite" else "%s"
    places = ", ".join([place] * len(columns))
    many = connection.connection.executemany if connection.vendor == "sqlite" else cursor.cursor.executemany
    many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


# Lot to document to lot, as one would write it down first: through every production, over any number of levels, by name.
PLAIN_WALK = """
WITH RECURSIVE lot(batch_id, serial_id) AS (
    SELECT CAST(%s AS bigint), CAST(%s AS bigint)
    UNION
    SELECT far.batch_id, far.serial_id
    FROM lot
    JOIN tracking_ledgerline near
        ON (near.batch_id = lot.batch_id OR near.serial_id = lot.serial_id) AND near.quantity {near} 0
    JOIN tracking_document d ON d.id = near.document_id AND d.kind = 'production'
    JOIN tracking_ledgerline far ON far.document_id = d.id AND far.quantity {far} 0
)
SELECT v.sku, coalesce(b.number, s.number) FROM lot
LEFT JOIN tracking_batch b ON b.id = lot.batch_id
LEFT JOIN tracking_serialnumber s ON s.id = lot.serial_id
JOIN items_variant v ON v.id = coalesce(b.variant_id, s.variant_id)
"""

# The batches that went out most often.
BUSY = """
SELECT v.sku, b.number FROM tracking_ledgerline l
JOIN tracking_batch b ON b.id = l.batch_id JOIN items_variant v ON v.id = b.variant_id
WHERE l.quantity < 0 GROUP BY v.sku, b.number ORDER BY count(*) DESC, v.sku, b.number LIMIT %s
"""


def trace(count: str, runs: str) -> list[dict]:
    """For each of the ``count`` busiest lots: median milliseconds of ``trace``, and of the plain recursive query up and
    down; how many lots each of them met, and how many shipments ``trace`` found."""
    from django.db import connection

    from tracking.ledger.sql import fetch
    from tracking.trace import trace_lot
    from tracking.trace.lot import find_lot

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def plain(place: tuple[bool, int]) -> int:
        start = [None, place[1]] if place[0] else [place[1], None]
        up, down = PLAIN_WALK.format(near=">", far="<"), PLAIN_WALK.format(near="<", far=">")
        return len(fetch(up, start)) + len(fetch(down, start)) - 2

    found = []
    for sku, number in fetch(BUSY, [int(count)]):
        place = find_lot(sku=sku, number=number).place
        answer = trace_lot(sku=sku, number=number)
        tracing, walking = milliseconds(
            lambda sku=sku, number=number: trace_lot(sku=sku, number=number),
            lambda place=place: plain(place),
            int(runs),
        )
        found.append(
            {
                "lot": f"{sku} {number}",
                "lots": len(answer.made_from) + len(answer.made_into),
                "plain_lots": plain(place),
                "shipments": len(answer.shipments),
                "trace": tracing,
                "plain": walking,
            }
        )
    return found


def trace_page(sku: str, number: str, runs: str) -> dict:
    """Median milliseconds of reading the graph around a lot, and of its whole page; with what is in it, and the queries."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tracking.ledger.sql import fetch
    from tracking.trace.lot import find_lot
    from tracking.trace.read_graph import graph_of

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    lot = find_lot(sku=sku, number=number)
    client = Client(HTTP_HOST="127.0.0.1")
    reader, _ = get_user_model().objects.get_or_create(username="reader", defaults={"is_superuser": True})
    client.force_login(reader)

    def page() -> None:
        answer = client.get(f"/trace/batch/{lot.id}/", secure=True)
        assert answer.status_code == 200

    with CaptureQueriesContext(connection) as caught:
        graph = graph_of(lot.place)
    queries = len(caught)  # each request of the client forgets them
    reading, whole = milliseconds(lambda: graph_of(lot.place), page, int(runs))
    return {
        "lines": fetch("SELECT count(*) FROM tracking_ledgerline")[0][0],
        "lots": len(graph.lots),
        "shipments": len(graph.shipments),
        "queries": queries,
        "graph": reading,
        "page": whole,
    }


def milliseconds(one: Callable[[], object], other: Callable[[], object], runs: int) -> tuple[float, float]:
    """The medians over ``runs``, in turns: what slows the machine for a while slows both."""
    found: tuple[list[float], list[float]] = [], []
    for _ in range(runs):
        for work, times in zip((one, other), found, strict=True):
            begun = time.perf_counter()
            work()
            times.append(time.perf_counter() - begun)
    return 1000 * median(found[0]), 1000 * median(found[1])


def post_serials(count: str) -> dict:
    """Seconds of what a person does on the page of a receipt: pasting ``count`` serial numbers, which are looked at,
    adding them to the line, opening the draft again, and posting it; seconds that this process was busy (the rest it
    waited, on a machine with other work), queries of posting, and bytes of the pages."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    from tests import build
    from tests.sheet import Sheet

    setup_test_environment()
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("clerk"))
    build.item("Oven", "serial", skus=("OVEN",))
    place = build.location("Main").pk
    found: dict[str, float] = {}

    def timed(what: str, act: Callable):
        begun, busy = time.perf_counter(), time.process_time()
        answer = act()
        found[what] = time.perf_counter() - begun
        found[f"cpu_of_{what}"] = time.process_time() - busy
        return answer

    page = Sheet.new(client, "receipt").fill(sku_0="OVEN", quantity_0=count, location=place).press("save")
    page.fill(scan_0="\n".join(f"S{number:06}" for number in range(int(count))))
    refresh = {"path": page.form.action, "data": page.data("refresh"), "headers": {"HX-Request": "true"}}
    timed("look", lambda: client.post(**refresh))
    page = timed("add", lambda: page.press("serials-0"))
    page = timed("open", lambda: Sheet(client, client.get(page.address), page.address))
    line = client.get(f"{page.address}lines/{page.page.lines[0].content.id}/")
    with CaptureQueriesContext(connection) as queries:
        answer = timed("post", lambda: client.post(page.form.action, page.data("post")))
    found["queries"] = len(queries)
    document = client.get(answer["Location"])
    bytes_ = {"draft": page.response.content, "line": line.content, "document": document.content}
    return {**found, **{f"bytes_of_{name}": len(html) for name, html in bytes_.items()}}


MEASURES = {
    measure.__name__: measure
    for measure in (
        import_movements,
        import_serials,
        export_movements,
        bare_csv,
        keep_rows,
        write_bare,
        trace,
        trace_page,
        post_serials,
    )
}

if __name__ == "__main__":
    django.setup()
    print(json.dumps(MEASURES[sys.argv[1]](*sys.argv[2:])))
