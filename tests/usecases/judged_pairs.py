"""Verdicts of judges about pairs of answers, written by the store itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from tests.store.making import LATER, NOW, done
from workbench.core.lanes import LITELLM, Lane
from workbench.core.runs import RunSet
from workbench.host.ids import new_uid
from workbench.store import LaneStart, OutputStart, RunStart, Store
from workbench.store.judging.judge_pairs import CRITERION, Better, JudgePairStart
from workbench.usecases.judging.judge_prompt_versions import prompt_start

JUDGE = "acme/judge"


def compared(
    store: Store,
    prompt: str,
    pairs: Sequence[tuple[str, str, Better]],
    *,
    model: str = JUDGE,
    criterion: str = "The kinder one.",
    secret: str = "",
) -> str:
    """Let a judge compare pairs of answers by uid, in one run; return the run."""
    judge = store.judges.ensure_judge_prompt(prompt_start(prompt, "select-best", new_uid), NOW).result(60)
    uid = new_uid()
    outputs = [f"{uid}.{place}" for place in range(2 * len(pairs))]
    sets = tuple(
        RunSet(answer, "", ((CRITERION, criterion), ("first", f"{secret} {answer}")))
        for first, second, _ in pairs
        for answer in (first, second)
    )
    lane = Lane("judge", LITELLM, model, pinned=1)
    starts = tuple(OutputStart(one, 0, place) for place, one in enumerate(outputs))
    lanes = (LaneStart(new_uid(), lane, 0, starts),)
    store.begin_run(RunStart(uid, "judge", judge.uid, "owner", NOW, 1, None, "", sets, lanes)).result(60)
    for output in outputs:
        store.finish_output(output, done('{"better": "first"}'), LATER).result(60)
    said = [
        JudgePairStart(new_uid(), first, second, better, tuple(outputs[2 * place : 2 * place + 2]))
        for place, (first, second, better) in enumerate(pairs)
    ]
    store.judges.compare(said, LATER).result(60)
    return uid


def against_people(store: Store, prompt: str, agree: Callable[[int], bool], *, model: str = JUDGE) -> int:
    """Let a judge compare what people compared, and agree with them where `agree` says so; return how many pairs."""
    pairs: list[tuple[str, str, Better]] = []
    for verdict in store.judgements.verdicts(prompt):
        for one, other in itertools.combinations(verdict.outputs, 2):
            if (one.place, other.place) == (1, 1):
                better: Better = "neither" if agree(len(pairs)) else "first"
            else:
                won: Better = "first" if one.place == 1 else "second"
                lost: Better = "second" if one.place == 1 else "first"
                better = won if agree(len(pairs)) else lost
            pairs.append((one.uid, other.uid, better))
    compared(store, prompt, pairs, model=model)
    return len(pairs)
