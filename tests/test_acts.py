"""The log of acts: one line for each act once it is committed, none when it is taken back, readable by programs."""

from __future__ import annotations

import io
import json
import logging
from datetime import datetime

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from katana_trace import environment
from katana_trace.lib import acts
from katana_trace.lib.refusal import Refusal
from tests import build
from tracking.records.hold import hold, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(django_capture_on_commit_callbacks, caplog):
    """What is logged of ``act``, as facts; the test's own transaction counts as committed."""

    def listen(act) -> list[dict]:
        caplog.clear()
        with caplog.at_level(logging.INFO, logger=acts.LOGGER), django_capture_on_commit_callbacks(execute=True):
            act()
        return [record.facts for record in caplog.records if record.name == acts.LOGGER]

    return listen


def test_acts_of_an_item_are_told_with_who_and_what(told, manager):
    flour = build.item("Flour", "batch", "kg", skus=("FLOUR",))
    lines = build.line("FLOUR", 5, batch="L1"), build.line("FLOUR", 5, batch="L2")
    assert told(lambda: build.post("receipt", *lines, number="PO-1", by=manager)) == [
        {"act": "document_posted", "by": "manager", "kind": "receipt", "document": "PO-1", "lines": 2}
    ]
    shipped = build.post("shipment", build.line("FLOUR", -1, batch="L1"), number="SO-1")
    assert told(lambda: build.reverse(shipped)) == [
        {"act": "document_reversed", "by": "program", "kind": "shipment", "document": "SO-000002", "lines": 1, "reverses": "SO-1"}
    ]  # fmt: skip
    assert told(lambda: hold(records=[build.batch("L2")], by=manager, reason="Smells")) == [
        {"act": "record_changed", "by": "manager", "number": "L2", "field": "status", "to": "held"}
    ]
    told(lambda: release(records=[build.batch("L2")], by=manager, reason="Does not"))
    off = told(lambda: build.switch_off(flour, manager))
    assert [(one["act"], one["by"], one["item"]) for one in off] == [
        ("history_downloaded", "manager", "Flour"),
        ("tracking_switched", "manager", "Flour"),
    ]
    assert (off[1]["was"], off[1]["to"], off[1]["epoch"]) == ("batch", "none", 1)
    assert told(lambda: build.switch_on(flour, "batch", manager)) == [
        {"act": "tracking_switched", "by": "manager", "item": "Flour", "was": "none", "to": "batch", "epoch": 2}
    ]


def test_what_is_refused_or_taken_back_is_not_told(told):
    build.item("Flour", "batch", "kg", skus=("FLOUR",))

    def refused() -> None:
        with pytest.raises(Refusal):
            build.post("shipment", build.line("FLOUR", -1, batch="L1"))

    def taken_back() -> None:
        with transaction.atomic():
            build.post("receipt", build.line("FLOUR", 1, batch="L1"))
            transaction.set_rollback(True)

    assert told(refused) == []
    assert told(taken_back) == []


def test_a_retry_of_the_same_form_is_told_once(told):
    build.item("Flour", "batch", "kg", skus=("FLOUR",))
    new = build.NewDocument("receipt", build.now(), (build.line("FLOUR", 1, batch="L1"),))
    assert len(told(lambda: [build.post_document(new, by=None) for _ in range(3)])) == 1


def test_logins_are_told_with_the_address_and_never_with_what_was_typed(told, client, viewer):
    def try_it(name: str, password: str):
        return lambda: client.post("/accounts/login/", {"username": name, "password": password})

    assert told(try_it("viewer", "wrong")) == [
        {"act": "login_failed", "by": "program", "user": "viewer", "address": "127.0.0.1"}
    ]
    assert told(try_it("my-Password-1", "x")) == [
        {"act": "login_failed", "by": "program", "user": None, "address": "127.0.0.1"}
    ]
    assert told(try_it("viewer", "pw")) == [{"act": "logged_in", "by": "viewer", "address": "127.0.0.1"}]
    assert told(lambda: client.post("/accounts/logout/")) == [
        {"act": "logged_out", "by": "viewer", "address": "127.0.0.1"}
    ]


@pytest.fixture
def written():
    """What a formatter writes of an act and of a warning with a traceback."""

    def write(formatter: logging.Formatter) -> list[str]:
        out = io.StringIO()
        handler = logging.StreamHandler(out)
        handler.setFormatter(formatter)
        log = logging.getLogger("tests.acts")
        log.addHandler(handler)
        try:
            facts = {"act": "document_posted", "by": "anna", "document": 'PO "1"\n', "lines": 2}
            log.warning("document_posted", extra={"facts": facts})
            try:
                raise ValueError("broken")
            except ValueError:
                log.exception("It failed: %s", "so")
        finally:
            log.removeHandler(handler)
        return out.getvalue().splitlines()

    return write


def test_text_has_one_line_for_an_act_whatever_was_typed(written):
    lines = written(acts.TextFormatter())
    assert lines[0].endswith('WARNING tests.acts document_posted by="anna" document="PO \\"1\\"\\n" lines=2')
    assert lines[1].endswith("ERROR tests.acts It failed: so")
    assert lines[-1] == "ValueError: broken"


def test_json_has_one_object_in_each_line(written):
    act, failure = map(json.loads, written(acts.JsonFormatter()))
    assert datetime.fromisoformat(act.pop("at")).tzinfo is not None
    assert act == {
        "level": "WARNING", "logger": "tests.acts", "act": "document_posted", "by": "anna", "document": 'PO "1"\n', "lines": 2,
    }  # fmt: skip
    assert (failure["message"], failure["traceback"].splitlines()[-1]) == ("It failed: so", "ValueError: broken")


def test_log_format_of_the_environment(monkeypatch):
    assert environment.log_formatter() == "katana_trace.lib.acts.TextFormatter"
    monkeypatch.setenv("KATANA_TRACE_LOG_FORMAT", "JSON")
    assert environment.log_formatter() == "katana_trace.lib.acts.JsonFormatter"
    monkeypatch.setenv("KATANA_TRACE_LOG_FORMAT", "xml")
    with pytest.raises(ImproperlyConfigured, match=r"KATANA_TRACE_LOG_FORMAT is “xml”\. Set it to text or json"):
        environment.log_formatter()
