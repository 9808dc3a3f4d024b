"""`workbench history diff`: what differs between two runs.

Invariant: the first run is the old one, the second the new one, whichever was made first. Only what differs is printed,
with what is around it; removed words stand in [-…-], added ones in {+…+}, on a terminal in colours.

The JSON document, in ASCII:

    {"old", "new": {"run": uid, "name", "number", "version", "started_at", "blind"},
     "parts": [{"title", "state": "same" | "changed" | "added" | "removed" | "moved", "added", "removed": words,
                "pieces": [{"kind": "same" | "removed" | "added", "text"}]}],
     "answers": [{"title", "sample": from 1, "value_set": name, "values", "old", "new": output uid or null,
                  "state", "added", "removed", "pieces"}]}

Answers of a value set that is blind in either run are not in it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.cli.choosing_runs import whole_uid
from workbench.cli.codes import OK
from workbench.cli.opening import open_workbench
from workbench.cli.output import harmless
from workbench.core.diff import Piece, TextDiff
from workbench.core.runs import IterationDetail
from workbench.usecases.run_pairs import AnswerPair, RunPair, compare_runs

_AROUND = 2
_REMOVED, _ADDED, _BOLD, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"


def diff(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Compare two runs; returns the exit code. Raises what keeps it from that."""
    workbench = open_workbench(args, env)
    try:
        uids = [whole_uid(workbench, beginning) for beginning in (args.old, args.new)]
        pair = compare_runs(*(workbench.history.detail(uid) for uid in uids))
        names = [workbench.store.exports.name(uid) for uid in uids]
    finally:
        workbench.close()
    if args.json:
        sys.stdout.write(json.dumps(_document(pair, names), indent=2) + "\n")
        return OK
    on_terminal = sys.stdout.isatty()
    colour = on_terminal and not env.get("NO_COLOR")
    for line in _lines(pair, names, colour=colour, exact=not on_terminal):
        print(line)
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


def _lines(pair: RunPair, names: list[str], *, colour: bool, exact: bool) -> Iterator[str]:
    def shown(text: str) -> str:
        return text if exact else harmless(text)

    for detail, name, mark in zip((pair.old, pair.new), names, "-+", strict=True):
        yield shown(f"{mark} {name} · {detail.row.run_uid}")
    told = False
    for title, state, text in _differing(pair):
        told = True
        yield ""
        head = shown(f"== {title}: {state} ==")
        yield f"{_BOLD}{head}{_PLAIN}" if colour else head
        if state != "moved":
            yield "".join(_marked(piece, shown(piece.text), colour) for piece in _shortened(text))
    if not told:
        yield "\nNothing differs." if not (pair.old.blind or pair.new.blind) else "\nThe prompts are the same."
    if pair.old.blind or pair.new.blind:
        yield "\nBlind answers are not compared until they are judged."


def _differing(pair: RunPair) -> Iterator[tuple[str, str, TextDiff]]:
    for part in pair.parts:
        if part.state != "same":
            yield part.title, part.state, part.diff
    for answer in pair.answers:
        if answer.state != "same":
            names = (answer.title, f"sample {answer.sample + 1}" if answer.sample else "", answer.values.name)
            yield " · ".join(("Answer", *filter(None, names))), answer.state, answer.diff


def _marked(piece: Piece, text: str, colour: bool) -> str:
    if piece.kind == "same":
        return text
    if colour:
        return f"{_REMOVED if piece.kind == 'removed' else _ADDED}{text}{_PLAIN}"
    return f"[-{text}-]" if piece.kind == "removed" else f"{{+{text}+}}"


def _shortened(text: TextDiff) -> Iterator[Piece]:
    """Yield the pieces, of long stretches in common only the lines next to a change."""
    pieces = list(text.pieces())
    for number, piece in enumerate(pieces):
        lines = piece.text.split("\n")
        first, last = number == 0, number == len(pieces) - 1
        if piece.kind != "same" or len(lines) <= 2 * _AROUND + 2:
            yield piece
            continue
        head, tail = [] if first else lines[:_AROUND], [] if last else lines[-_AROUND:]
        yield Piece("same", "\n".join([*head, "…", *tail]))
