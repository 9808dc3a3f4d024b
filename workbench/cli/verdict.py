"""`workbench verdict`: say which answer of a run is the best, that several tie, or that none is good.

Invariant: a verdict compares the newest answers of the lanes to the same values and is added; none is replaced.

The JSON document: {"run": uid, "value_set": number from 1, "verdict": "winner" | "tie" | "all_bad" | "none",
"lanes": [number from 1 of those named]}.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import OK
from workbench.cli.output import one_line, write_json
from workbench.cli.run_arguments import whole_uid
from workbench.core.runs import ENDED, IterationDetail, Judged, OutputRecord, Verdict
from workbench.core.text import counted
from workbench.core.version_name import run_name
from workbench.usecases.problems import RefusedError

_WORDS = {"tie": "tie", "bad": "all_bad", "none": "none"}


def verdict(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Store a verdict and return the exit code. Raises StoreError, HostError, RefusedError."""
    workbench = open_workbench(args, env)
    try:
        uid = whole_uid(workbench, args.id)
        if workbench.store.tests.has(uid):
            raise RefusedError("This is a test, whose answers are scored by checks. Judge pairs of them in the window.")
        detail = workbench.history.detail(uid)
        at = args.set - 1
        if not 0 <= at < len(detail.sets):
            raise RefusedError(f"This run has {counted(len(detail.sets), 'value set')}. Name one with --set.")
        shown = _shown(detail, at, args.sample - 1)
        said = _verdict(args.says, shown, is_blind=at in detail.blind)
        outputs = tuple(Judged(one.uid, one.position, one.result.state) for one in shown)
        workbench.history.mark(uid, said, outputs).result()
    finally:
        workbench.close()
    named = [place + 1 for place in said.positions]
    if args.json:
        write_json({"run": uid, "value_set": args.set, "verdict": said.kind, "lanes": named})
    else:
        print(f"{run_name(detail.row.kind, detail.row.number)}: {_words(detail, said)}")
    return OK


def _shown(detail: IterationDetail, at: int, sample: int) -> tuple[OutputRecord, ...]:
    """Return the newest answer of each lane to a value set; a lane without that sample shows its first."""
    found: dict[int, OutputRecord] = {}
    for output in detail.outputs:
        if output.value_set != at or output.sample not in (0, sample):
            continue
        kept = found.get(output.position)
        if kept is None or (output.sample == sample, output.attempt) > (kept.sample == sample, kept.attempt):
            found[output.position] = output
    if not found:
        raise RefusedError("This run has no answers to judge. workbench history list has other runs.")
    return tuple(found[position] for position in sorted(found))


def _verdict(says: Sequence[str], shown: Sequence[OutputRecord], *, is_blind: bool) -> Verdict:
    word, *lanes = says
    answered = tuple(one.position for one in shown if one.result.state in ENDED and one.result.text)
    if word in _WORDS:
        if lanes and word != "tie":
            raise RefusedError(f"“{word}” is about all answers. Leave out the lanes.")
        kind = _WORDS[word]
        places = tuple(_lane(one, shown) for one in lanes) if lanes else answered
        if kind == "tie":
            if len(set(places)) < 2:
                raise RefusedError("A tie needs at least two answers. Name two lanes, such as tie 1 2.")
            return Verdict("tie", tuple(sorted(set(places))), is_blind)
        if kind == "all_bad":
            return Verdict("all_bad", tuple(one.position for one in shown), is_blind)
        return Verdict("none", blind=is_blind)
    if lanes:
        raise RefusedError("Only one lane can win. For equally good ones write tie, such as tie 1 2.")
    place = _lane(word, shown)
    if place not in answered:
        raise RefusedError(f"Lane {word} has no answer, so it cannot win. Name another lane.")
    return Verdict("winner", (place,), is_blind)


def _lane(word: str, shown: Sequence[OutputRecord]) -> int:
    places = {str(one.position + 1): one.position for one in shown}
    if word not in places:
        raise RefusedError(f"“{word}” is not a lane of this run. Write {', '.join(places)}, tie, bad or none.")
    return places[word]


def _words(detail: IterationDetail, said: Verdict) -> str:
    titles = {lane.position: f"{lane.position + 1} {lane.lane.title}" for lane in detail.lanes}
    named = one_line(", ".join(titles[place] for place in said.positions))
    match said.kind:
        case "winner":
            return f"{named} wins."
        case "tie":
            return f"{named} tie."
        case "all_bad":
            return "no answer is good."
        case _:
            return "the verdict is taken back."
