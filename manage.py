#!/usr/bin/env python3
"""Katana Trace from the command line."""

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "katana_trace.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django is not installed for this Python. Make a virtual environment and install requirements.txt in it first "
            "(see README.md)."
        ) from error
    from katana_trace import environment

    try:
        environment.complete(command="".join(sys.argv[1:2]), base=Path(__file__).resolve().parent)
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
