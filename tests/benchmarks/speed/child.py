"""A measure in a process of its own: ``python -m tests.benchmarks.speed.child MODULE FUNCTION …`` prints its answer as JSON."""

from __future__ import annotations

import importlib
import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    module = importlib.import_module(f"tests.benchmarks.speed.{sys.argv[1]}")
    print(json.dumps(getattr(module, sys.argv[2])(*sys.argv[3:])))
