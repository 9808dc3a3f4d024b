"""`workbench history export`: write runs to a file or to stdout.

Invariant: a file is complete or absent. On a terminal control characters are made visible. Stdout has only the export
or the document about it; messages go to stderr.

The JSON document about a written file: {"path", "format", "runs", "answers"}.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import OK
from workbench.cli.output import complain, one_line, write_exact, write_json
from workbench.cli.run_arguments import wait_for_index, whole_uid
from workbench.core.search.query import QueryComplaint
from workbench.core.text import counted
from workbench.formats.exports import FORMATS
from workbench.usecases.exchange.exporter import Exporter, ExportProgress, ExportSelection, format_of
from workbench.usecases.problems import RefusedError

_TELL_EVERY_S = 0.5


def export(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Write the selected runs and return the exit code. Raises StoreError, HostError, RefusedError."""
    if args.ids and args.query is not None:
        raise RefusedError("Name runs by their ids, or search for them with --query, not both.")
    format_ = _format(args)
    workbench = open_workbench(args, env)
    try:
        if args.ids:
            # Without duplicates, in the order given.
            uids = tuple(dict.fromkeys(whole_uid(workbench, beginning) for beginning in args.ids))
            selection = ExportSelection(uids)
        else:
            wait_for_index(workbench)
            selection = ExportSelection(query=args.query or "")
            _complain_about(workbench.searcher.search(selection.query or "", limit=1).complaints)
        exporter = Exporter(workbench.store, workbench.searcher)
        if args.output is None:
            done = exporter.write(selection, format_, _Output())
            _say(done.note)
            return OK
        target = args.output.absolute()
        done = exporter.to_file(selection, format_, target, replace=args.force, tell=_teller())
    finally:
        workbench.close()
    if args.json:
        document = {"path": str(target), "format": format_, "runs": done.runs, "answers": done.answers}
        write_json(document)
    else:
        what = f"{counted(done.runs, 'run')} with {done.answers:,} answers"
        print(one_line(f"{what} in {target}"), file=sys.stderr)
        _say(done.note)
    return OK


def _say(note: str) -> None:
    if note:
        print(note, file=sys.stderr)


def _format(args: argparse.Namespace) -> str:
    if args.json and args.output is None:
        raise RefusedError("--json reports on a written file. Name it with --output, or use --format jsonl.")
    if args.format is not None:
        chosen: str = args.format
        return chosen
    if args.output is None:
        return next(iter(FORMATS))
    found = format_of(args.output)
    if found is None:
        raise RefusedError(f"“{args.output.name}” does not show the format. Add --format.")
    return found


def _complain_about(complaints: tuple[QueryComplaint, ...]) -> None:
    for complaint in complaints:
        complain(complaint.sentence)


class _Output:
    """Writes to stdout; texts are exact in a pipe or file."""

    def write(self, text: str, /) -> None:
        write_exact(text)


def _teller() -> Callable[[ExportProgress], None]:
    told = time.monotonic()

    def tell(progress: ExportProgress) -> None:
        nonlocal told
        if time.monotonic() - told >= _TELL_EVERY_S:
            told = time.monotonic()
            print(f"{progress.runs:,} runs…", file=sys.stderr)

    return tell
