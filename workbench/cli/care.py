"""`workbench history backup`, `check` and `salvage`: the history looked after from the terminal.

Invariant: nothing here writes to a history but its own copies; a damaged file is only read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path

from workbench.cli.codes import FAILED, OK
from workbench.cli.opening import database
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import Store, StoreError, open_store
from workbench.usecases.care import Care, rescue


def care(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Do one of them; returns the exit code. Raises what keeps it from that."""
    path = database(args, env)
    if args.what == "salvage":
        result = rescue(path, args.target, now=utc_now(), uid=new_uid)
        counts = dict(result.rows)
        _say(
            {
                "path": str(result.path),
                "rows": counts,
                "cut": result.cut,
                "stand_ins": result.stand_ins,
                "leftover": str(result.leftover) if result.leftover else None,
            },
            f"{counts['runs']:,} runs and {counts['outputs']:,} answers are in {result.path}."
            " The damaged file is as it was."
            + (f" What found no place is in {result.leftover}." if result.leftover else ""),
            as_json=args.json,
        )
        return OK
    if args.what == "backup":
        with _opened(path) as store:
            made = Care(store, utc_now).back_up()
        _say(
            {"path": str(made.path), "bytes": made.size},
            f"A copy of {made.size / 1e6:.1f} MB is in {made.path}; it was opened and found sound.",
            as_json=args.json,
        )
        return OK
    wrong = _wrong(path)
    _say(
        {"sound": not wrong, "wrong": wrong},
        "\n".join(wrong) if wrong else "The history is sound.",
        as_json=args.json,
    )
    if wrong:
        print(
            "workbench: The history is damaged. Put a backup in its place, or read what can be read into a new file: "
            "workbench history salvage NEW.db",
            file=sys.stderr,
        )
    return FAILED if wrong else OK


def _wrong(path: Path) -> list[str]:
    """Return what is wrong with a history; one that is too damaged to be opened is wrong, too."""
    try:
        with _opened(path) as store:
            return Care(store, utc_now).check()
    except StoreError as error:
        if error.code != "corrupt":
            raise
        return [error.detail or error.sentence]


def _opened(path: Path) -> AbstractContextManager[Store]:
    return closing(open_store(path, now=utc_now(), uid=new_uid))


def _say(document: dict[str, object], words: str, *, as_json: bool) -> None:
    sys.stdout.write(f"{json.dumps(document, indent=2) if as_json else words}\n")
