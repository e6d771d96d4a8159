"""The site's own settings, with an environment of the tests' own."""

import os
import tempfile

os.environ.setdefault("KATANA_TRACE_SECRET_KEY", "only-for-tests-" + "x" * 50)
os.environ["KATANA_TRACE_PLAIN_HTTP"] = "1"
os.environ["KATANA_TRACE_DATA"] = tempfile.mkdtemp(prefix="katana-trace-tests-")
os.environ.pop("KATANA_TRACE_DEBUG", None)

from katana_trace.settings import *  # noqa: F403

# The live server keeps no connection open, or the test database could not be dropped.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405

# A file, as on a site: of a database in memory the live server's threads would share one connection, so that one person's
# refused posting could take back what another one's was told to be posted.
if not os.environ.get("PGDATABASE"):
    DATABASES["default"]["TEST"] = {"NAME": f"{os.environ['KATANA_TRACE_DATA']}/tests.sqlite3"}  # noqa: F405

# Hashing passwords is slow on purpose; the tests make many users.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
