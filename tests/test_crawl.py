"""Every link and every form of the sample company, for each role: no error, no dead link, nothing inline, the right headers.

``KATANA_TRACE_CRAWL=1000 pytest tests/test_crawl.py`` opens a thousand addresses of each kind instead of one.
"""

from __future__ import annotations

import os

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.crawler import Crawl, PageReader
from tests.test_routes import faults_of_headers
from tracking.demo.company import USERS, load_company

MOST = int(os.environ.get("KATANA_TRACE_CRAWL", "1"))


def crawl_as(user: str | None) -> Crawl:
    client = Client()
    if user:
        client.force_login(get_user_model().objects.get(username=user))
    crawl = Crawl(client, faults_of_headers, most=MOST)
    crawl.run("/")
    return crawl


# How many routes are met at least: one who has not logged in sees the start page and the login alone.
@pytest.mark.parametrize(("user", "least"), [(None, 2), *zip(USERS, (100, 50, 40), strict=True)])
def test_every_link_and_form_of_the_sample_company(db, user, least):
    load_company()
    crawl = crawl_as(user)
    assert crawl.faults == []
    assert len(crawl.routes) >= least


def test_what_a_crawl_finds_wrong():
    page = PageReader(
        '<p id="a" style="x"></p><b id="a" onclick="x"></b><script>1</script><script src="/static/x.js"></script>'
    )
    assert page.inline == ["<p style>", "<b onclick>", "<script>"]
    assert page.ids == {"a": 2}
    assert page.files == ["/static/x.js"]
