"""`workbench history query`: read the history with SQL.

Invariant: nothing is changed and no other file is opened (`store.sql_queries`).

The JSON document: {"columns": [name], "rows": [{name: value}]}, where a value is a text, a number, null, or for bytes
{"$base64": true, "encoded": text}.
"""

from __future__ import annotations

import argparse
import base64
import csv
import io
import sys
from collections.abc import Mapping
from itertools import chain
from typing import Any

from tabulate import tabulate

from workbench.cli.database_arguments import database, open_workbench
from workbench.cli.exit_codes import OK
from workbench.cli.output import one_row, write_exact, write_json
from workbench.cli.text_arguments import text_of
from workbench.store.sql_queries import QueryError, QueryRows, run_query
from workbench.usecases.problems import RefusedError


def query(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the rows of a query and return the exit code. Raises StoreError, HostError, RefusedError."""
    sql = text_of(args.sql, "the query")
    # Opening it checks the file, and upgrades one of an older release.
    open_workbench(args, env).close()
    show = _show_json if args.json else _show_csv if args.csv else _show_table
    try:
        run_query(database(args, env), sql, show)
    except QueryError as error:
        raise RefusedError(error.sentence, error.detail) from error
    return OK


def _show_table(found: QueryRows) -> None:
    rows = [[_cell(value) for value in row] for row in found.rows]
    print(tabulate(rows, list(map(one_row, found.columns)), disable_numparse=True))
    if not rows:
        print("No rows.", file=sys.stderr)


def _cell(value: Any) -> str:
    return "" if value is None else one_row(_bytes(value) if isinstance(value, bytes) else str(value))


def _show_csv(found: QueryRows) -> None:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    for row in chain([found.columns], found.rows):
        writer.writerow([_bytes(value) if isinstance(value, bytes) else value for value in row])
        write_exact(line.getvalue())
        line.seek(0)
        line.truncate()


def _show_json(found: QueryRows) -> None:
    rows = [dict(zip(found.columns, map(_json_value, row), strict=True)) for row in found.rows]
    write_json({"columns": list(found.columns), "rows": rows})


def _json_value(value: Any) -> Any:
    return {"$base64": True, "encoded": _bytes(value)} if isinstance(value, bytes) else value


def _bytes(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
