#!/usr/bin/env python3
"""Katana Trace from the command line."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "katana_trace.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django is not installed for this Python. Make a virtual environment and install requirements.txt first (see README.md)."
        ) from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
