"""`workbench history training`, `handover` and `star`: write training files from chosen answers, hand them over, and
star answers.

The JSON document of `training`, in ASCII:

    {"format", "files": [path], "train": rows, "validation": rows, "left_out": {reason: count},
     "contradictions": [{"values": text, "answer": text, "outputs": [uid]}], "tokens", "epochs", "cost_usd": or null}

of `handover`:

    {"prompt", "kind": chosen or preference, "base_model", "retires": date or null, "epochs",
     "parts": [{"name": quarter, half or all, "rows", "tokens", "cost_usd": or null}], "validation": rows,
     "left_out": {reason: count}, "checklist": [{"title", "state": yes, no or unknown, "words"}],
     "files": [path], "document": Markdown}

and of `star`: {"outputs": [uid], "starred": true or false}

Invariant: with --preview nothing is written.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from contextlib import closing
from typing import get_args

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import OK
from workbench.cli.output import one_line, write_json
from workbench.core.runs import PromptRow
from workbench.core.text import first_line, plural
from workbench.formats.training import FORMATS
from workbench.usecases.problems import RefusedError
from workbench.usecases.training import ChosenBy, Trainer, TrainingSet, to_document
from workbench.usecases.workbench import Workbench


def training(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Run one of these commands and return the exit code. Raises StoreError, HostError, RefusedError."""
    if args.what != "star":
        _check(args)
    # Without a name the sample is used, and a new history has the sample.
    makes = args.what != "star" and args.prompt is None
    with closing(open_workbench(args, env, makes=makes)) as workbench:
        if args.what == "star":
            return _star(args, workbench)
        return _train(args, workbench) if args.what == "training" else _hand_over(args, workbench)


def _check(args: argparse.Namespace) -> None:
    if args.what == "training" and args.format not in FORMATS:
        raise RefusedError(f"“{args.format}” is not a format. The formats are: {', '.join(FORMATS)}.")
    if args.chosen not in get_args(ChosenBy):
        raise RefusedError(f"“{args.chosen}” is not a way to choose. Use one of: {', '.join(get_args(ChosenBy))}.")
    if not 0 <= args.validation < 1:
        raise RefusedError("The share for validation must be from 0 to below 1, such as 0.1.")
    if args.epochs < 1 or (args.price is not None and args.price < 0):
        raise RefusedError("Epochs must be 1 or more, and a price 0 or more.")


def _train(args: argparse.Namespace, workbench: Workbench) -> int:
    row = _prompt(args, workbench)
    trainer = Trainer(workbench.store)
    made = trainer.prepare(
        row.uid,
        args.format,
        args.chosen,
        share=args.validation,
        seed=args.seed,
        epochs=args.epochs,
        per_million=args.price,
    )
    written = () if args.preview else trainer.write(made, args.target)
    if args.json:
        write_json(to_document(made, written))
        return OK
    print("\n".join(_lines(args, made)))
    return OK


def _prompt(args: argparse.Namespace, workbench: Workbench) -> PromptRow:
    return workbench.prompts.find(args.prompt) if args.prompt is not None else workbench.prompts.sample()


def _hand_over(args: argparse.Namespace, workbench: Workbench) -> int:
    # It reads the rules of Decide, which training files do not need.
    from workbench.usecases.handover import HandOverMaker, HandOverRequest, write_hand_over

    asked = HandOverRequest(
        "preference" if args.pairs else "chosen",
        args.chosen,
        args.validation,
        args.seed,
        args.epochs,
        args.price,
        args.base,
    )
    maker = HandOverMaker(workbench.store, workbench.catalogue.get, workbench.today)
    made = maker.prepare(_prompt(args, workbench).uid, asked)
    written = () if args.preview else write_hand_over(made, args.target)
    if args.json:
        write_json(made.to_json(written))
        return OK
    for check in made.facts.checks:
        print(one_line(check.line))
    for reason, count in made.facts.left_out:
        print(one_line(f"Left out ({count:,}): {reason}."))
    rows = ", ".join(f"{part.name} {part.rows:,}" for part in made.facts.parts)
    where = "Nothing was written." if args.preview else f"Written to {args.target}; HANDOVER.md has the commands."
    print(f"Rows: {rows}; {made.facts.validation:,} for validation. {where}")
    return OK


def _lines(args: argparse.Namespace, made: TrainingSet) -> list[str]:
    lines = [f"{made.format.name}: {made.format.what}", *map(one_line, made.notes)]
    if made.cost.usd is None:
        # The last note is about the missing price.
        lines[-1] = f"{lines[-1].removesuffix('.')} (--price)."
    for one in made.contradictions:
        answer = one_line(first_line(one.answer.partition(": ")[2]))
        lines.append(
            f"Left out, judged both better and worse: “{answer}” to {one_line(first_line(one.about)) or 'no values'}"
        )
    where = "Nothing was written." if args.preview else f"Written to {args.target}."
    rows = f"{len(made.train)} {plural(len(made.train), 'row')}"
    return [*lines, f"{rows} to train with, {len(made.validation)} for validation. {where}"]


def _star(args: argparse.Namespace, workbench: Workbench) -> int:
    workbench.store.curation.star_answers(args.ids, not args.off).result()
    if args.json:
        write_json({"outputs": args.ids, "starred": not args.off})
        return OK
    count = f"{len(args.ids)} {plural(len(args.ids), 'answer')}"
    print(f"{count} {'without a star' if args.off else 'starred'}.")
    return OK
