"""Short builders for judges: prompts, judge runs, verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.patience import PATIENCE_S
from tests.store.making import LATER, NOW, done, lane, text
from tests.store.testing.suites import CONTAINS, answered, begun, case, key
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult, CheckState
from workbench.core.runs import Result
from workbench.core.testing.cells import CellKey
from workbench.core.testing.check_hash import check_hash
from workbench.store import Store
from workbench.store.encoding import digest
from workbench.store.judging.records import (
    JudgeLaneStart,
    JudgementEnd,
    JudgementKey,
    JudgementStart,
    JudgePrompt,
    JudgePromptStart,
    JudgeRunStart,
    LabelStart,
    LabelState,
)
from workbench.store.testing.records import CellScored, JudgeVerdictStart

RUBRIC = Check("llm-rubric", value='"is kind"')
HASH = check_hash(RUBRIC)
JUDGE_TEXT = text("Is {{output}} {{rubric}}?")


def judge_prompt(store: Store, owner: str = "p", kind: str = "llm-rubric", uid: str = "jp") -> JudgePrompt:
    start = JudgePromptStart(owner, kind, uid, f"{uid}.v", f"Judge: {kind}", JUDGE_TEXT)
    return store.judges.ensure_judge_prompt(start, NOW).result(PATIENCE_S)


def about(cell: CellKey, seq: int = 0, repeat: int = 0, step: int = 0) -> JudgementKey:
    return JudgementKey(*cell, seq, repeat, step)


def judgement(one: JudgementKey, output: str, answer: str, **fields: Any) -> JudgementStart:
    """Return a judgement of an answer; its identity depends on the answer and the place within the cell."""
    identity = digest(f"{answer} {one[3:]}")
    values = (("output", f"text of {answer}"), ("rubric", "is kind"))
    start = JudgementStart(one, RUBRIC, identity, output, answer, f"case {one.case + 1}", values)
    return replace(start, **fields)


def judging(
    uid: str, starts: Sequence[JudgementStart], scoring: str = "s1", prompt: str = "jp", at: str = NOW
) -> JudgeRunStart:
    lanes = (JudgeLaneStart(f"{uid}.0", lane("A", "judge"), 1), JudgeLaneStart(f"{uid}.1", lane("B", "vectors"), 1))
    return JudgeRunStart(uid, prompt, scoring, "owner", at, lanes, tuple(starts))


def judged(store: Store, uid: str, starts: Sequence[JudgementStart], result: Result | None = None, **run: Any) -> None:
    """Begin a judge run and end its calls."""
    store.judges.begin_run(judging(uid, starts, **run)).result(PATIENCE_S)
    ended(store, starts, result)


def ended(store: Store, starts: Sequence[JudgementStart], result: Result | None = None) -> None:
    ends = [JudgementEnd(one.output_uid, result or done(f"reply {one.output_uid}"), LATER) for one in starts]
    store.judges.finish_judgements(ends).result(PATIENCE_S)


def verdict(cell: CellKey, output: str, state: CheckState, rule: CheckState = "pass", **fields: Any) -> CellScored:
    """Return the score of a cell by a rule and a judged check."""
    score = None if state == "unscored" else float(state == "pass")
    checks = (
        (CONTAINS, CheckResult(rule, float(rule == "pass"), f"It is {rule}.")),
        (RUBRIC, CheckResult(state, score, f"The judge says {state}.")),
    )
    judge = replace(JudgeVerdictStart(RUBRIC, state, score), **fields)
    return CellScored(cell, output, state, score, "", checks, judged=(judge,))


def label(
    store: Store, output: str, state: LabelState, uid: str, *, run: str = "t1", at: str = NOW, **fields: Any
) -> int:
    start = replace(LabelStart(uid, output, HASH, state, "random"), **fields)
    return store.judges.label(run, start, at).result(PATIENCE_S)


def filled(store: Store, secret: str = "a secret word") -> list[str]:
    """A test run t1 of two cases in two columns, judged by run j1 in scoring s1, with labels; return its answers."""
    begun(store, "t1", cases=(case(0), case(1)))
    cells = [key(0), key(0, 1), key(1), key(1, 1)]
    outputs = answered(store, "t1", cells)
    store.tests.begin_scoring("t1", "s1", (CONTAINS, RUBRIC), NOW).result(PATIENCE_S)
    judge_prompt(store)
    starts = [
        judgement(about(cell, 1), f"j1.{place}", output, values=(("output", f"{secret} {output}"),))
        for place, (cell, output) in enumerate(zip(cells, outputs, strict=True))
    ]
    judged(store, "j1", starts)
    states: list[CheckState] = ["pass", "fail", "pass", "unscored"]
    scores = [verdict(*one) for one in zip(cells, outputs, states, strict=True)]
    store.tests.save_scores("s1", scores).result(PATIENCE_S)
    label(store, outputs[0], "pass", "l1", note=secret)
    label(store, outputs[1], "pass", "l2", picked="own")
    return outputs
