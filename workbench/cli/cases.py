"""`workbench case list`, `add`, `import` and `remove`.

The JSON documents:

    list:    {"cases": [{"case": uid, "name", "values": {name: text}, "expectation", "tags": [text], "checks": number,
              "held_out": true or false}]}
    add, remove: {"case": uid, "name"}
    import:  {"cases": number, "duplicates": number, "left_out": number, "problems": [sentence], "imported": false for a
              preview}
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import OK
from workbench.cli.output import one_line, write_json
from workbench.cli.text_arguments import values_of
from workbench.core.cases import Case
from workbench.core.templates import content_variables
from workbench.core.testing.case_mapping import default_mapping
from workbench.core.testing.case_table import watch_nothing
from workbench.core.text import counted
from workbench.host.ids import new_uid
from workbench.usecases.case_import import CaseImporter
from workbench.usecases.cases import CaseBook, clean, free_name
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench


def cases(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Do what the arguments say with the cases of a prompt and return the exit code.

    Raises StoreError, HostError, RefusedError.
    """
    workbench = open_workbench(args, env)
    try:
        prompt = workbench.prompts.find(args.prompt).uid
        book = CaseBook(workbench.store, new_uid)
        if args.what == "list":
            _list(book.all(prompt), args)
        elif args.what == "add":
            _add(workbench, book, prompt, args)
        elif args.what == "remove":
            _remove(book, prompt, args)
        else:
            _import(workbench, prompt, args)
    finally:
        workbench.close()
    return OK


def _list(found: tuple[Case, ...], args: argparse.Namespace) -> None:
    if args.json:
        write_json({"cases": [_document(case) for case in found]})
        return
    for case in found:
        values = " · ".join(f"{name}: {value}" for name, value in case.values)
        print("\t".join(map(one_line, (case.uid, case.name, values))))
    if not found:
        print("The prompt has no cases yet. Add one with workbench case add.", file=sys.stderr)


def _document(case: Case) -> dict[str, object]:
    return {
        "case": case.uid,
        "name": case.name,
        "values": dict(case.values),
        "expectation": case.expectation,
        "tags": list(case.tags),
        "checks": len(case.checks),
        "held_out": case.held_out,
    }


def _add(workbench: Workbench, book: CaseBook, prompt: str, args: argparse.Namespace) -> None:
    values = values_of(args.var)
    known = set(content_variables(workbench.prompts.draft(prompt).content))
    if unknown := [name for name in values if name not in known]:
        there = ", ".join(sorted(known)) or "none"
        raise RefusedError(f"This prompt has no variable “{unknown[0]}”. It has: {there}.")
    name = clean(args.name) or free_name(case.name for case in book.all(prompt))
    case = Case(new_uid(), name, tuple(values.items()), expectation=args.expect, tags=tuple(args.tag))
    workbench.store.packs.append_cases(prompt, (case,)).result()
    _tell(case, args, "Added")


def _remove(book: CaseBook, prompt: str, args: argparse.Namespace) -> None:
    found = [case for case in book.all(prompt) if args.case in (case.uid, case.name)]
    if len(found) != 1:
        raise RefusedError(
            f"There is not exactly one case “{args.case}” of this prompt. workbench case list has the ids."
        )
    book.delete(prompt, found[0].uid).result()
    _tell(found[0], args, "Removed")


def _tell(case: Case, args: argparse.Namespace, did: str) -> None:
    if args.json:
        write_json({"case": case.uid, "name": case.name})
        return
    print(case.uid)
    print(f"{did} “{one_line(case.name)}”.", file=sys.stderr)


def _import(workbench: Workbench, prompt: str, args: argparse.Namespace) -> None:
    importer = CaseImporter(workbench.store, new_uid)
    table = importer.read_file(args.file, watch_nothing, args.sheet)
    variables = content_variables(workbench.prompts.draft(prompt).content)
    plan = importer.plan(prompt, table, default_mapping(table, variables), variables, folder=args.file.parent)
    if plan.cases and not args.preview:
        importer.add(plan)
    mapped = plan.mapped
    if args.json:
        write_json(
            {
                "cases": len(plan.cases),
                "duplicates": plan.duplicates,
                "left_out": mapped.left_out,
                "problems": list(mapped.problems),
                "imported": bool(plan.cases) and not args.preview,
            }
        )
        return
    for line in (*mapped.problems, *mapped.remarks):
        print(one_line(line), file=sys.stderr)
    print(one_line(plan.summary) if args.preview or not plan.cases else f"Imported {counted(len(plan.cases), 'case')}.")
