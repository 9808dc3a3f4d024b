"""`workbench import`: import runs of other programs, histories, and prompts with their tests.

Invariant: imported files are only read. Progress and what is left out go to stderr, the result to stdout.

The JSON document, in ASCII: {"files": [{"path", "kind": "llm" | …, "state": "done" | "stopped" | "broken" | "refused",
"runs", "answers", "prompts": new ones, "known": runs already in the history, "total": entries of the file, "read",
"left_out": number, "listed": [{"name", "sentence"}], "trouble": sentence or ""}]}. A file of tests has the kind
"tests", all of its losses are listed, and it has the keys "cases" and "columns", numbers of new ones, and "uids", those
of the prompts that were added or got something.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import FAILED, OK, WRONG_USE
from workbench.cli.output import complain, one_line, write_json
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store.errors import StoreError
from workbench.usecases.exchange.importer import Importer, ImportReport, ReadingHalt, sentence
from workbench.usecases.exchange.suite_files import is_suite
from workbench.usecases.problems import Problem, RefusedError, problem_of
from workbench.usecases.workbench import Workbench

_TELL_EVERY_S = 0.5
_MOST_TOLD = 5


def take_over(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Import the files one by one, or preview that, and return the exit code. Errors of single files are reported."""
    workbench = open_workbench(args, env, makes=True)
    documents: list[dict[str, Any]] = []
    code = OK
    try:
        importer = Importer(workbench.store, utc_now)
        for path in args.files:
            try:
                if is_suite(path):
                    documents.append(_tests(workbench, path, args))
                    continue
                report = _one(importer, path.absolute(), preview=args.preview)
            except (RefusedError, StoreError) as error:
                problem = problem_of(error)
                documents.append(_refused(path, problem))
                complain(problem.sentence)
                code = max(code, WRONG_USE if isinstance(error, RefusedError) else FAILED)
                continue
            documents.append(_document(report))
            if report.state == "broken":
                code = max(code, FAILED)
            if not args.json:
                print(one_line(f"{path}: {sentence(report, preview=args.preview)}"))
                _tell_left_out(report)
    finally:
        workbench.close()
    if args.json:
        write_json({"files": documents})
    return code


def _one(importer: Importer, path: Path, *, preview: bool) -> ImportReport:
    told, read = time.monotonic(), -1

    def tell(report: ImportReport) -> None:
        nonlocal told, read
        if time.monotonic() - told >= _TELL_EVERY_S and report.read != read:
            told, read = time.monotonic(), report.read
            print(f"{one_line(path.name)}: {report.read:,} of {report.total:,}…", file=sys.stderr)

    return (importer.preview if preview else importer.run)(path, ReadingHalt(), tell)


def _tests(workbench: Workbench, path: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Import a file of tests, or preview that, and return its document."""
    # Checks and their formats are imported only for such a file.
    from workbench.usecases.exchange.suite_importer import SuiteImporter

    importer = SuiteImporter(workbench.store, new_uid, utc_now)
    plan = importer.plan(path)
    told, uids = plan.sentence, tuple(one.uid for one in plan.prompts if not one.is_new)
    if not args.preview:
        done = importer.apply(plan)
        told, uids = done.sentence, done.uids
        told += " To undo, run “workbench pack undo”." if done.uids else ""
    if not args.json:
        print(one_line(f"{path}: {told}"))
        for loss in plan.losses:
            print(f"  {one_line(loss.words)}", file=sys.stderr)
    return {
        "path": str(path.absolute()),
        "kind": "tests",
        "state": "done",
        "runs": 0,
        "answers": 0,
        "prompts": sum(one.is_new for one in plan.prompts),
        "cases": sum(len(one.cases) for one in plan.prompts),
        "columns": sum(len(one.columns) for one in plan.prompts),
        "known": sum(not one.adds for one in plan.prompts),
        "total": len(plan.prompts),
        "read": len(plan.prompts),
        "left_out": len(plan.losses),
        "listed": [{"name": loss.where, "sentence": loss.sentence} for loss in plan.losses],
        "trouble": "",
        "uids": list(uids),
    }


def _tell_left_out(report: ImportReport) -> None:
    for one in report.listed[:_MOST_TOLD]:
        print(f"  {one_line(f'{one.name}: {one.sentence}')}", file=sys.stderr)
    if (more := max(report.left_out, len(report.listed)) - _MOST_TOLD) > 0:
        print(f"  and {more:,} more", file=sys.stderr)


def _document(report: ImportReport) -> dict[str, Any]:
    return {
        "path": str(report.path),
        "kind": report.kind,
        "state": report.state,
        "runs": report.added.runs,
        "answers": report.added.answers,
        "prompts": report.added.prompts,
        "known": report.known,
        "total": report.total,
        "read": report.read,
        "left_out": report.left_out,
        "listed": [{"name": one.name, "sentence": one.sentence} for one in report.listed],
        "trouble": report.trouble,
    }


def _refused(path: Path, problem: Problem) -> dict[str, Any]:
    return {"path": str(path.absolute()), "state": "refused", "trouble": problem.sentence}
