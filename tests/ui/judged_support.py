"""A stored test whose answers a judge looked at, with known faults: it passes every second bad answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.patience import PATIENCE_S
from tests.store.judging.judges import HASH, RUBRIC, about, judge_prompt, judged, judgement, label, verdict
from tests.store.making import LATER, NOW, done, lane
from tests.store.testing.suites import CONTAINS, called, case, key, suite
from workbench.core.cases import Check
from workbench.core.checks.check_result import CheckResult, CheckState
from workbench.core.lanes import Lane
from workbench.core.runs import Result
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.store import Store
from workbench.store.testing.records import CellEnd, CellScored, JudgeVerdictStart

COLUMNS = (lane("A", "acme-large"), lane("B", "acme-mini"))
JUDGE = lane("judge", "acme-judge")
BEST = Check("select-best", value='"is kinder"')
CHECKS: tuple[Check, ...] = (CONTAINS, RUBRIC)


def is_good(case_: int, column: int) -> bool:
    """Whether a person finds an answer good: most of the first column, half of the second."""
    return case_ % 4 != 3 if column == 0 else case_ % 2 == 0


def says(case_: int, column: int) -> CheckState:
    """Return what the judge says: it passes every good answer, and every second bad one."""
    return "pass" if is_good(case_, column) or case_ % 3 == 0 else "fail"


def judged_test(
    store: Store,
    cases: int = 24,
    uid: str = "t1",
    *,
    prompt: str = "p",
    columns: Sequence[Lane] = COLUMNS,
    probability: Callable[[int, int], float] | None = None,
    agreeing: Callable[[int, int], int] | None = None,
    **run: Any,
) -> list[str]:
    """Store a scored test of `prompt`, whose answers were judged; return the uids of the answers.

    With `probability` a decision model judged, which gave each answer that probability of a pass. With `agreeing` the
    judge was asked three times, and that many times it gave the verdict.
    """
    made = [
        replace(
            case(number, name=f"Order {number}"),
            values=(("order", str(number)), ("tone", "kind")),
            expectation=f"Order {number} comes tomorrow.",
            tags=("order" if number % 2 else "greeting",),
        )
        for number in range(cases)
    ]
    store.packs.save_cases(prompt, made).result(PATIENCE_S)
    store.tests.save_settings(
        prompt, SuiteSettings(CHECKS, columns=tuple(columns), judge=JudgeSettings(JUDGE)), NOW
    ).result(PATIENCE_S)
    store.tests.begin(suite(uid, prompt_uid=prompt, cases=made, columns=columns, **run)).result(PATIENCE_S)
    cells = [key(number, column) for number in range(cases) for column in range(len(columns))]
    outputs = called(store, uid, cells)
    ends = [CellEnd(output, _answer(*one[:2]), LATER) for one, output in zip(cells, outputs, strict=True)]
    store.tests.finish_outputs(ends).result(PATIENCE_S)
    scoring = f"{uid}.s"
    store.tests.begin_scoring(uid, scoring, CHECKS, NOW).result(PATIENCE_S)
    found = judge_prompt(store, prompt, uid=f"{prompt}.judge")
    starts = [
        judgement(
            about(one, 1), f"{uid}.j{place}", output,
            name=f"Order {one.case}, column {one.column + 1}",
            values=(("output", _answer(*one[:2]).text), ("rubric", "is kind")),
        )
        for place, (one, output) in enumerate(zip(cells, outputs, strict=True))
    ]  # fmt: skip
    judged(store, f"{uid}.judge", starts, scoring=scoring, prompt=found.uid)

    def decided(*one: int) -> dict[str, Any]:
        if agreeing is not None:
            return {"repeats": 3, "agreeing": agreeing(*one)}
        return {"probability": probability(*one)} if probability else {}

    scores = [
        verdict(one, output, says(*one[:2]), "pass" if one.case % 5 else "fail", **decided(*one[:2]))
        for one, output in zip(cells, outputs, strict=True)
    ]
    store.tests.save_scores(scoring, scores).result(PATIENCE_S)
    return outputs


def compared_test(store: Store, uid: str = "t1", *, prompt: str = "p") -> None:
    """Store a test of `prompt` whose second column a judge compared with the first, and always preferred."""
    judged_test(store, uid=uid, prompt=prompt)
    cells = [key(case_, column) for case_ in range(24) for column in range(2)]
    scoring = f"{uid}.compared"
    store.tests.begin_scoring(uid, scoring, (CONTAINS, BEST), LATER).result(PATIENCE_S)
    found = judge_prompt(store, prompt, kind="select-best", uid=f"{prompt}.best")
    starts = [
        judgement(
            about(one, 1), f"{uid}.b{one.case}", f"{uid}.{one.case}.1.0.1",
            check=BEST, name=f"Order {one.case}, column 2",
        )
        for one in cells
        if one.column
    ]  # fmt: skip
    judged(store, f"{uid}.best", starts, scoring=scoring, prompt=found.uid)
    rule = (CONTAINS, CheckResult("pass", 1.0, ""))
    scores = [
        CellScored(
            *(one, f"{uid}.{one.case}.{one.column}.0.1", "pass", 1.0, ""),
            (rule, (BEST, CheckResult("pass", 1.0, "It is kinder."))) if one.column else (rule,),
            judged=(JudgeVerdictStart(BEST, "pass", 1.0),) if one.column else (),
        )
        for one in cells
    ]
    store.tests.save_scores(scoring, scores).result(PATIENCE_S)


def label_all(store: Store, outputs: Sequence[str], uid: str = "t1") -> None:
    """Label answers as the person sees them, as random ones."""
    for output in outputs:
        _, case_, column, *_ = output.split(".")
        label(store, output, "pass" if is_good(int(case_), int(column)) else "fail", f"l.{output}", run=uid)


def _answer(case_: int, column: int) -> Result:
    words = "Hello! It comes tomorrow, thank you for waiting." if is_good(case_, column) else "Wait."
    return done(f"ok: order {case_}. {words}")


__all__ = [
    "BEST",
    "CHECKS",
    "COLUMNS",
    "HASH",
    "JUDGE",
    "RUBRIC",
    "compared_test",
    "is_good",
    "judged_test",
    "label_all",
    "says",
]
