"""`workbench history searches`: list the searches saved in the window.

The JSON document, in ASCII, sorted by name: [{"name", "query", "created_at"}].
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import FAILED, OK
from workbench.cli.output import one_line, write_json


def searches(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """List the saved searches and return the exit code. Raises StoreError, HostError, RefusedError."""
    workbench = open_workbench(args, env)
    try:
        found = workbench.bookmarks.all()
    finally:
        workbench.close()
    if args.json:
        listed = [{"name": one.name, "query": one.query, "created_at": one.created_at} for one in found]
        write_json(listed)
        return OK
    for one in found:
        print(f"{one_line(one.name)}\t{one_line(one.query)}")
    if not found:
        print("There are no saved searches yet. Save one in the window with Ctrl+S.", file=sys.stderr)
    return OK if found else FAILED
