"""`workbench pack`: export prompts as packs, and import, check and compare packs.

Invariant: previews write nothing.

The JSON document of each command, in ASCII:

    export    {"pack": path or null for a preview, "files": [{"path", "bytes"}], "removed": [paths left over from an
               older export], "notes": [sentence], "disclosed": [{"what", "where", "hint", "count"}]}
    import    {"prompts": [{"slug", "name", "state", "action", "words", "prompt": uid or ""}], "notes", "sentence"}
    validate  {"sound": true or false, "problems": [sentence]}
    show      see pack_show
    diff      {"prompts": [{"slug", "state": "only here" | "only there" | "same" | "differs", "diff": text}]}
    undo      {"sentence"}
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from typing import Any, cast

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import FAILED, OK
from workbench.cli.pack_show import say, show
from workbench.core.byte_sizes import show_bytes
from workbench.core.runs import PromptRow
from workbench.core.text import plural
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.packs import case_file, prompt_file
from workbench.packs.pack_contents import Pack, PackAbout, PackPrompt
from workbench.packs.pack_reader import read_pack
from workbench.usecases.model_names import pair
from workbench.usecases.packs.exporter import PackChoice, PackExport, PackExporter, Which
from workbench.usecases.packs.importer import ACTIONS, Action, PackImporter, PackImportPlan
from workbench.usecases.packs.target import gone, look_at
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

_MOST_NAMES = 10
"""Number of versions that an error lists."""
_MOST_COMPARED = 50_000_000
"""Most pairs of lines for a minimal diff; above it, all lines between the common start and end count as changed."""


def packs(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Run one of these commands and return the exit code. Raises PackError, StoreError, HostError, RefusedError."""
    if args.what == "validate":
        return _validate(args)
    if args.what == "show":
        return show(args)
    if args.what == "diff" and args.other is not None:
        return _diff(args, read_pack(args.pack).pack, read_pack(args.other).pack)
    # Without a name the sample is exported, and a new history has the sample.
    makes = args.what == "import" or (args.what == "export" and not args.prompt)
    with closing(open_workbench(args, env, makes=makes)) as workbench:
        if args.what == "export":
            return _export(args, workbench)
        if args.what == "diff":
            pack = read_pack(args.pack).pack
            return _diff(args, _here(workbench, pack), pack)
        importer = PackImporter(workbench.store, new_uid, utc_now)
        if args.what == "undo":
            sentence = importer.undo()
            return say(args, {"sentence": sentence}, [sentence])
        return _import(args, importer)


def _export(args: argparse.Namespace, workbench: Workbench) -> int:
    exporter = PackExporter(workbench.store, new_uid, utc_now)
    rows = [workbench.prompts.find(name) for name in args.prompt] or [workbench.prompts.sample()]
    known = exporter.known([row.uid for row in rows]) or PackAbout("", rows[0].name)
    given = {name: getattr(args, name) for name in ("name", "description", "licence", "author")}
    about = replace(known, **{name: text for name, text in given.items() if text is not None})
    choices = [PackChoice(row.uid, _versions(workbench, row, args.versions)) for row in rows]
    export = exporter.prepare(about, choices, with_evidence=args.evidence, with_hold_out=args.hold_out)
    disclosed = export.disclosed()
    if disclosed and not (args.disclose or args.preview):
        found = "\n".join(f"{finding.sentence}" for finding in disclosed)
        raise RefusedError(
            "Nothing was written, because this may be confidential. Remove it, or add --disclose.",
            found,
        )
    target = look_at(args.target, export.pack.about, {row.uid for row in rows})
    if target.is_refused:
        raise RefusedError(f"Nothing was written. {target.words}")
    removed = gone(args.target, target, {name for name, _ in export.sizes()})
    if not args.preview:
        exporter.write(export, args.target)
    return say(args, _exported(args, export, removed), _export_lines(args, export, removed))


def _versions(workbench: Workbench, row: PromptRow, text: str) -> Which | tuple[int, ...]:
    if text in ("winner", "all"):
        return cast(Which, text)
    found = []
    for name in text.split(","):
        if (number := workbench.store.version_named(row.uid, name)) is None:
            known = list(workbench.store.version_names(row.uid).values())
            more = f" and {len(known) - _MOST_NAMES:,} earlier ones" if len(known) > _MOST_NAMES else ""
            has = f"It has {', '.join(known[:_MOST_NAMES])}{more}." if known else "It is only a draft."
            raise RefusedError(
                f"“{row.name}” has no version “{name.strip()}”. {has} Name some of them, or winner, or all."
            )
        found.append(number)
    return tuple(found)


def _exported(args: argparse.Namespace, export: PackExport, removed: Sequence[str]) -> dict[str, Any]:
    return {
        "pack": None if args.preview else str(args.target),
        "files": [{"path": name, "bytes": size} for name, size in export.sizes()],
        "removed": list(removed),
        "notes": list(export.notes),
        "disclosed": [asdict(finding) for finding in export.disclosed()],
    }


def _export_lines(args: argparse.Namespace, export: PackExport, removed: Sequence[str]) -> list[str]:
    lines = [f"{show_bytes(size):>9}  {name}" for name, size in export.sizes()] if args.preview else []
    lines += [f"{'Removed there:' if args.preview else 'Removed:'} {name}" for name in removed]
    lines += [*export.notes, *(f"Would be disclosed: {finding.sentence}" for finding in export.disclosed())]
    count = len(export.pack.prompts)
    what = f"{count} {plural(count, 'prompt')}"
    return [*lines, "Nothing was written." if args.preview else f"{what} written to {args.target}."]


def _import(args: argparse.Namespace, importer: PackImporter) -> int:
    plan = importer.plan(args.pack)
    actions = dict(_action(text) for text in args.choose)
    sentence, uids = "Nothing was imported.", {}
    if not args.preview:
        done = importer.apply(plan, actions)
        sentence, uids = done.sentence, dict(done.prompts)
        sentence += " To undo, run “workbench pack undo”." if done.changed else ""
    document = {
        "prompts": [
            {
                "slug": one.prompt.slug,
                "name": one.prompt.name,
                "state": one.state,
                "action": actions.get(one.prompt.slug, one.action),
                "words": one.words,
                "prompt": uids.get(one.prompt.slug, one.uid),
            }
            for one in plan.prompts
        ],
        "notes": list(plan.notes),
        "sentence": sentence,
    }
    return say(args, document, [*_plan_lines(plan, actions), *plan.notes, sentence])


def _plan_lines(plan: PackImportPlan, actions: Mapping[str, Action]) -> Iterator[str]:
    for one in plan.prompts:
        yield f"{one.prompt.slug}: {one.state}, {actions.get(one.prompt.slug, one.action)}. {one.words}"


def _action(text: str) -> tuple[str, Action]:
    slug, action = pair(text, "a choice")
    found = next((one for one in ACTIONS if one == action), None)
    if found is None:
        raise RefusedError(f"“{action}” is not a choice. Use add, update or skip.")
    return slug, found


def _validate(args: argparse.Namespace) -> int:
    from workbench.packs.validator import problems

    found = problems(args.pack)
    say(args, {"sound": not found, "problems": found}, found or ["The pack is sound."])
    return FAILED if found else OK


def _here(workbench: Workbench, pack: Pack) -> Pack:
    """Return the pack's prompts as the history has them, with the pack's file names."""
    exporter = PackExporter(workbench.store, new_uid, utc_now)
    planned = PackImporter(workbench.store, new_uid, utc_now)
    prompts = []
    for prompt in pack.prompts:
        if uid := planned.here(prompt, pack):
            # The uid lets the history find what it stored about the imported pack.
            about = replace(pack.about, uid=pack.about.uid or "-")
            # A pack is compared with the hold-out if it has one.
            has_hold_out = any(case.held_out for case in prompt.cases)
            export = exporter.prepare(about, [PackChoice(uid, "winner")], with_hold_out=has_hold_out)
            made = export.pack.prompts[0]
            prompts.append(replace(made, slug=prompt.slug))
    return replace(pack, prompts=tuple(prompts))


def _diff(args: argparse.Namespace, old: Pack, new: Pack) -> int:
    before, after = ({prompt.slug: prompt for prompt in pack.prompts} for pack in (old, new))
    found: list[dict[str, str]] = []
    for slug in dict.fromkeys((*before, *after)):
        if slug not in after or slug not in before:
            found.append({"slug": slug, "state": "only here" if slug in before else "only there", "diff": ""})
            continue
        diff = _difference(before[slug], after[slug])
        found.append({"slug": slug, "state": "differs" if diff else "same", "diff": diff})
    lines = [f"{one['slug']}: {one['state']}\n{one['diff']}".rstrip("\n") for one in found]
    say(args, {"prompts": found}, lines)
    return OK if all(one["state"] == "same" for one in found) else FAILED


def _difference(old: PackPrompt, new: PackPrompt) -> str:
    lines: list[str] = []
    for name, one, other in (
        (old.file, prompt_file.write(_used(old)), prompt_file.write(_used(new))),
        (old.case_file, case_file.write(old.cases), case_file.write(new.cases)),
    ):
        lines += _unified(one.decode().split("\n"), other.decode().split("\n"), name)
    return "\n".join(lines)


def _unified(old: list[str], new: list[str], name: str) -> Iterator[str]:
    if len(old) * len(new) <= _MOST_COMPARED or old == new:
        yield from difflib.unified_diff(old, new, name, name, n=3, lineterm="")
        return
    first = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    most = min(len(old), len(new)) - first
    last = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    gone, come = old[first : len(old) - last], new[first : len(new) - last]
    yield from (f"--- {name}", f"+++ {name}", f"@@ -{first + 1},{len(gone)} +{first + 1},{len(come)} @@")
    yield from (f"-{line}" for line in gone)
    yield from (f"+{line}" for line in come)


def _used(prompt: PackPrompt) -> PackPrompt:
    """Return the prompt with only its main version and without uid, parent, pins and standing, which are local."""
    version = next(version for version in prompt.versions if version.hash == prompt.main)
    lanes = tuple(lane for lane in prompt.lanes if lane.pinned is None)
    return replace(prompt, uid="", versions=(replace(version, parent=""),), lanes=lanes, standing=None)
