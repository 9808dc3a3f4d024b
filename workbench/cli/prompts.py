"""`workbench prompt list`, `show`, `new` and `edit`.

Invariant: `edit` saves only what the editor left, and only if nothing else changed the prompt meanwhile; a text that
cannot be read is kept in its file, which is named.

The JSON document of `list`, and that of `show`, `new` and `edit`:

    {"prompts": [{"prompt": uid, "name", "iterations", "updated_at"}]}
    {"prompt": uid, "name", "changed": false only after an edit that changed nothing,
     "content": messages, examples, tools and output format as stored, "values": {name: text},
     "lanes": [{"endpoint": uid, "model", "params"}], "versions": [name, the newest first]}
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.cli.database_arguments import for_database, open_workbench
from workbench.cli.draft_arguments import file_draft, text_draft, with_lanes
from workbench.cli.exit_codes import OK
from workbench.cli.output import complain, one_line, write_exact, write_json
from workbench.cli.text_arguments import text_of
from workbench.core import content as contents
from workbench.core.dates import absolute
from workbench.core.drafts import Draft
from workbench.core.runs import PromptRow
from workbench.core.text import counted
from workbench.formats.imports.prompt_yml import PromptFileError
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompt_text import prompt_text, with_text
from workbench.usecases.workbench import Workbench

_YES = ("", "y", "yes")
_ENDING = ".prompt.yml"


def prompts(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Do what the arguments say with prompts and return the exit code.

    Raises StoreError, HostError, RefusedError, PromptFileError.
    """
    workbench = open_workbench(args, env, makes=args.what == "new")
    try:
        if args.what == "list":
            _list(workbench, args)
        elif args.what == "new":
            _new(workbench, args)
        elif args.what == "edit":
            _edit(workbench, args, env)
        else:
            row = workbench.prompts.find(args.prompt)
            draft = workbench.prompts.draft(row.uid)
            if args.json:
                write_json(_document(workbench, row.uid, row.name, draft))
            else:
                write_exact(prompt_text(row.name, draft))
    finally:
        workbench.close()
    return OK


def _list(workbench: Workbench, args: argparse.Namespace) -> None:
    rows = workbench.prompts.all(archived=args.archived)
    if args.json:
        listed = [
            {"prompt": row.uid, "name": row.name, "iterations": row.iterations, "updated_at": row.updated_at}
            for row in rows
        ]
        write_json({"prompts": listed})
        return
    for row in rows:
        print("\t".join(map(one_line, (row.uid, row.name, counted(row.iterations, "run"), absolute(row.updated_at)))))
    if not rows:
        which = "archived prompts" if args.archived else "prompts yet. Create one with workbench prompt new NAME"
        print(f"There are no {which}.", file=sys.stderr)


def _new(workbench: Workbench, args: argparse.Namespace) -> None:
    if args.file is not None and args.text is not None:
        raise RefusedError("A new prompt is from a text or from a file, not both. Leave out one of them.")
    if any(row.name.casefold() == args.name.strip().casefold() for row in workbench.prompts.all()):
        raise RefusedError(f"A prompt “{one_line(args.name)}” already exists. Choose another name.")
    if args.file is not None:
        draft = file_draft(workbench, args.file).draft
    else:
        draft = text_draft(workbench, "" if args.text is None else text_of(args.text, "the prompt"), args.model)
    draft = with_lanes(workbench, draft, args.model, [])
    uid, made = workbench.prompts.create(args.name, draft)
    made.result()
    _tell(workbench, args, _row(workbench, uid), draft, "Created")


def _edit(workbench: Workbench, args: argparse.Namespace, env: Mapping[str, str]) -> None:
    row = workbench.prompts.find(args.prompt)
    draft = workbench.prompts.draft(row.uid)
    editor = shlex.split(env.get("VISUAL") or env.get("EDITOR") or "")
    if not editor:
        raise RefusedError("No editor is set. Name one in the variable EDITOR, such as EDITOR=nano, and try again.")
    before = prompt_text(row.name, draft)
    handle, path = tempfile.mkstemp(prefix="workbench-", suffix=_ENDING)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(before)
    try:
        name, edited = _edited(editor, Path(path), draft)
        if workbench.prompts.draft(row.uid) != draft:
            raise RefusedError("The prompt was changed elsewhere meanwhile, so this was not saved.")
        if name and name != row.name:
            workbench.prompts.rename(row.uid, name).result()
        if edited != draft:
            workbench.prompts.save_draft(row.uid, edited).result()
    except Exception:
        complain(f"Your text is kept in {path}.")
        raise
    Path(path).unlink()
    is_changed = edited != draft or (name not in ("", row.name))
    _tell(workbench, args, _row(workbench, row.uid), edited, "Saved" if is_changed else "Nothing changed in")


def _edited(editor: list[str], path: Path, draft: Draft) -> tuple[str, Draft]:
    """Open the editor until its text can be read, or the person gives up. Raises RefusedError, PromptFileError."""
    while True:
        try:
            code = subprocess.run([*editor, str(path)], check=False).returncode
        except OSError as error:
            raise RefusedError(
                f"The editor {editor[0]} cannot be started. Correct the variable EDITOR.", str(error)
            ) from error
        if code:
            raise RefusedError(f"The editor ended with code {code}, so nothing was saved.")
        try:
            return with_text(draft, path.read_text("utf-8"))
        except UnicodeDecodeError as error:
            raise RefusedError("The text is not UTF-8. Save it as UTF-8.", str(error)) from error
        except PromptFileError as error:
            if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
                raise
            print(f"{one_line(error.sentence)} Edit again? [Y/n] ", end="", file=sys.stderr, flush=True)
            if sys.stdin.readline().strip().lower() not in _YES:
                raise


def _row(workbench: Workbench, uid: str) -> PromptRow:
    return next(row for row in workbench.prompts.all() if row.uid == uid)


def _tell(workbench: Workbench, args: argparse.Namespace, row: PromptRow, draft: Draft, did: str) -> None:
    if args.json:
        changed = {"changed": did != "Nothing changed in"}
        write_json({**_document(workbench, row.uid, row.name, draft), **changed})
        return
    print(row.uid)
    run = for_database(args, f"workbench run --prompt {shlex.quote(row.name)}")
    print(f"{did} “{one_line(row.name)}”. Run it with {one_line(run)}", file=sys.stderr)


def _document(workbench: Workbench, uid: str, name: str, draft: Draft) -> dict[str, Any]:
    return {
        "prompt": uid,
        "name": name,
        "changed": True,
        "content": contents.to_json(draft.content),
        "values": draft.value_map,
        "lanes": [
            {"endpoint": lane.endpoint, "model": lane.model, "params": lane.params.to_json()} for lane in draft.lanes
        ],
        "versions": [label.name for label in workbench.prompts.version_labels(uid)],
    }
