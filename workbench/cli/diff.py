"""`workbench history diff`: the differences between two runs.

Invariant: the first run named is the old one, the second the new one, whichever ran first. Only differences are
printed, with some context: removed words in [-…-], added ones in {+…+}, or in colours on a terminal.

The JSON document, in ASCII:

    {"old", "new": {"run": uid, "name", "number", "version", "started_at", "blind"},
     "parts": [{"title", "state": "same" | "changed" | "added" | "removed" | "moved", "added", "removed": words,
                "pieces": [{"kind": "same" | "removed" | "added", "text"}]}],
     "answers": [{"title", "sample": from 1, "value_set": name, "values", "old", "new": output uid or null,
                  "state", "added", "removed", "pieces"}]}

Answers of a value set that is blind in either run are left out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import OK
from workbench.cli.output import write_exact, write_json, write_styled
from workbench.cli.run_arguments import whole_uid
from workbench.core.diff import DiffPiece, TextDiff
from workbench.core.runs import IterationDetail
from workbench.host.terminal import BOLD
from workbench.usecases.run_pairs import AnswerPair, RunPair, compare_runs

_AROUND = 2
_REMOVED, _ADDED = "\x1b[31m", "\x1b[32m"


def diff(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Compare two runs and return the exit code. Raises StoreError, HostError, RefusedError."""
    workbench = open_workbench(args, env)
    try:
        uids = [whole_uid(workbench, beginning) for beginning in (args.old, args.new)]
        pair = compare_runs(*(workbench.history.detail(uid) for uid in uids))
        names = [workbench.store.exports.name(uid) for uid in uids]
    finally:
        workbench.close()
    if args.json:
        write_json(_document(pair, names))
        return OK
    colour = sys.stdout.isatty() and not env.get("NO_COLOR")
    for text, style in _pieces(pair, names, colour=colour):
        if style:
            write_styled(text, style)
        else:
            write_exact(text)
    return OK


def _document(pair: RunPair, names: list[str]) -> dict[str, Any]:
    return {
        "old": _run(pair.old, names[0]),
        "new": _run(pair.new, names[1]),
        "parts": [{"title": part.title, "state": part.state, **_diff(part.diff)} for part in pair.parts],
        "answers": [_answer(answer) for answer in pair.answers],
    }


def _run(detail: IterationDetail, name: str) -> dict[str, Any]:
    row = detail.row
    return {
        "run": row.run_uid,
        "name": name,
        "number": row.number,
        "version": row.version,
        "started_at": row.started_at,
        "blind": bool(detail.blind),
    }


def _answer(answer: AnswerPair) -> dict[str, Any]:
    return {
        "title": answer.title,
        "sample": answer.sample + 1,
        "value_set": answer.values.name,
        "values": dict(answer.values.values),
        "old": answer.old and answer.old.uid,
        "new": answer.new and answer.new.uid,
        "state": answer.state,
        **_diff(answer.diff),
    }


def _diff(text: TextDiff) -> dict[str, Any]:
    pieces = [{"kind": piece.kind, "text": piece.text} for piece in text.pieces()]
    return {"added": text.added, "removed": text.removed, "pieces": pieces}


def _pieces(pair: RunPair, names: list[str], *, colour: bool) -> Iterator[tuple[str, str]]:
    """Yield pieces of output, each with its style, "" for none."""
    for detail, name, mark in zip((pair.old, pair.new), names, "-+", strict=True):
        yield f"{mark} {name} · {detail.row.run_uid}\n", ""
    told = False
    for title, state, text in _differing(pair):
        told = True
        yield "\n", ""
        yield f"== {title}: {state} ==", BOLD if colour else ""
        yield "\n", ""
        if state != "moved":
            yield from (_marked(piece, colour) for piece in _shortened(text))
            yield "\n", ""
    if not told:
        same = "Nothing differs." if not (pair.old.blind or pair.new.blind) else "The prompts are the same."
        yield f"\n{same}\n", ""
    if pair.old.blind or pair.new.blind:
        yield "\nBlind answers are not compared until they are judged.\n", ""


def _differing(pair: RunPair) -> Iterator[tuple[str, str, TextDiff]]:
    for part in pair.parts:
        if part.state != "same":
            yield part.title, part.state, part.diff
    for answer in pair.answers:
        if answer.state != "same":
            names = (answer.title, f"sample {answer.sample + 1}" if answer.sample else "", answer.values.name)
            yield " · ".join(("Answer", *filter(None, names))), answer.state, answer.diff


def _marked(piece: DiffPiece, colour: bool) -> tuple[str, str]:
    if piece.kind == "same":
        return piece.text, ""
    if colour:
        return piece.text, _REMOVED if piece.kind == "removed" else _ADDED
    return (f"[-{piece.text}-]" if piece.kind == "removed" else f"{{+{piece.text}+}}"), ""


def _shortened(text: TextDiff) -> Iterator[DiffPiece]:
    """Yield the pieces; of a long unchanged piece only the lines next to a change."""
    pieces = list(text.pieces())
    for number, piece in enumerate(pieces):
        lines = piece.text.split("\n")
        first, last = number == 0, number == len(pieces) - 1
        if piece.kind != "same" or len(lines) <= 2 * _AROUND + 2:
            yield piece
            continue
        head, tail = [] if first else lines[:_AROUND], [] if last else lines[-_AROUND:]
        yield DiffPiece("same", "\n".join([*head, "…", *tail]))
