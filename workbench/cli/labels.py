"""`workbench label export` and `import`: labels and overrules of a test as a file.

The JSON document of `export`, in ASCII:

    {"test": number, "run": uid, "labels": number, "overrules": number, "file": path or null,
     "rows": null with a file, else [{name: text} by the names of the header]}

and of `import`:

    {"test": number, "run": uid, "labels": number, "random": those that measure the judge, "overrules": number,
     "left_out": [{"row": number, "reason"}], "imported": false with --preview, "new": number of labels}

Invariant: with --preview nothing is stored; a file is complete or does not exist.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import FAILED, OK
from workbench.cli.output import complain, one_line, write_json
from workbench.core.testing.grid import SuiteRun
from workbench.core.text import counted
from workbench.host.ids import new_uid
from workbench.usecases.exchange.exporter import whole_file
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

_MOST_RUNS = 1000


def labels(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Run one of these commands and return the exit code. Raises StoreError, HostError, RefusedError."""
    with closing(open_workbench(args, env, makes=False)) as workbench:
        run = _run(workbench, args)
        return _export(args, workbench, run) if args.what == "export" else _import(args, workbench, run)


def _run(workbench: Workbench, args: argparse.Namespace) -> SuiteRun:
    row = workbench.prompts.find(args.prompt)
    runs = workbench.store.tests.runs(row.uid, _MOST_RUNS)
    found = next((run for run in runs if run.number == args.test or (args.test is None and run.scoring_uid)), None)
    if found is None:
        which = "no test with results" if args.test is None else f"no test {args.test}"
        raise RefusedError(f"“{row.name}” has {which}. Run “workbench test” first.")
    return found


def _export(args: argparse.Namespace, workbench: Workbench, run: SuiteRun) -> int:
    # Imports numpy.
    from workbench.usecases.judging.label_export import label_rows

    store = workbench.store
    if args.sample:
        rows = list(workbench.judges.files.sheet(run.uid, _check(workbench, run, args.check)))
    else:
        rows = list(label_rows(store.tests, store.judges, run))
    header, *found = rows
    kinds = [row[0] for row in found] if not args.sample else []
    if args.output is not None:
        if not args.force and args.output.exists():
            raise RefusedError(f"{args.output} already exists. Choose another name, or use --force.")
        with whole_file(args.output, replace=args.force) as file:
            csv.writer(file).writerows(rows)
    if args.json:
        named = None if args.output is not None else [dict(zip(header, row, strict=True)) for row in found]
        document = {"test": run.number, "run": run.uid, "labels": kinds.count("label")}
        document |= {"overrules": kinds.count("overrule"), "file": args.output and str(args.output), "rows": named}
        write_json(document)
    elif args.output is None:
        csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
    else:
        what = f"{counted(len(found), 'answer')} to label" if args.sample else _counts(kinds)
        print(one_line(f"Test {run.number}: {what}. Written to {args.output}."))
    return OK if found else FAILED


def _counts(kinds: Sequence[str]) -> str:
    return f"{counted(kinds.count('label'), 'label')} and {counted(kinds.count('overrule'), 'overrule')}"


def _check(workbench: Workbench, run: SuiteRun, name: str | None) -> str:
    """Return the hash of the judged check that a name, number or hash means; without one, of the only one."""
    from workbench.usecases.judging.judge_reports import check_title
    from workbench.usecases.judging.labelled_checks import labelled_checks

    facts = labelled_checks(workbench.store.judges, run.uid, run.scoring_uid)
    known = [
        fact.check_hash
        for number, fact in enumerate(facts, start=1)
        if name is None
        or name.lower() in (str(number), fact.check.type.lower(), check_title(fact.check).lower(), fact.check_hash)
    ]
    if len(known) == 1:
        return known[0]
    titles = "; ".join(f"{number}: {check_title(fact.check)}" for number, fact in enumerate(facts, start=1))
    raise RefusedError(f"Name one of the judged checks with --check: {titles}.")


def _import(args: argparse.Namespace, workbench: Workbench, run: SuiteRun) -> int:
    from workbench.core.testing.case_table import watch_nothing
    from workbench.usecases.case_import import CaseImporter

    table = CaseImporter(workbench.store, new_uid).read_file(args.file, watch_nothing)
    files = workbench.judges.files
    plan = files.plan(run.uid, table)
    has_any = bool(plan.labels or plan.overrules)
    new = files.run(plan) if has_any and not args.preview else 0
    if args.json:
        document = {"test": run.number, "run": run.uid, "labels": len(plan.labels), "random": plan.random}
        document |= {"overrules": len(plan.overrules), "imported": has_any and not args.preview, "new": new}
        document["left_out"] = [{"row": one.number, "reason": one.reason} for one in plan.left_out]
        write_json(document)
    else:
        done = has_any and not args.preview
        print(one_line(plan.summary.replace(" to import.", " imported.") if done else plan.summary))
        for reason in plan.reasons:
            complain(one_line(reason))
    return OK if has_any else FAILED
