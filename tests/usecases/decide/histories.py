"""Histories for Decide, written by the store itself: versions, tests with chosen results, verdicts, labels."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from workbench.core.cases import Case, Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.content import Content, Message
from workbench.core.decide.decision import Decision
from workbench.core.decide.evidence import DecideEvidence
from workbench.core.decide.goals import DecideGoals
from workbench.core.lanes import LITELLM, Endpoint, Lane, Params
from workbench.core.money import Rates, Usage
from workbench.core.runs import Failure, Result, RunSet, Timing, Verdict
from workbench.core.statistics.results import CellState
from workbench.core.testing.cells import CellKey
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.grid import CaseSetName
from workbench.core.testing.probes import Probe
from workbench.core.testing.settings import SuiteSettings
from workbench.host.ids import new_uid
from workbench.store import LaneStart, OutputStart, RunStart, Store
from workbench.store.judging.records import (
    JudgeLaneStart,
    JudgementEnd,
    JudgementKey,
    JudgementStart,
    JudgePromptStart,
    JudgeRunStart,
    LabelStart,
)
from workbench.store.testing.records import (
    CellEnd,
    CellScored,
    CellStart,
    JudgeVerdictStart,
    SuiteColumnStart,
    SuiteStart,
)
from workbench.usecases.decide.column_evidence import ModelBook
from workbench.usecases.decide.decider import Decider
from workbench.usecases.testing.tries import SuiteTries

PROMPT, MODEL = "p", "acme-large"
TODAY = date(2026, 11, 28)
CONTAINS = Check("contains", value='"ok"')
IS_JSON = Check("is-json")
POLITE = Check("llm-rubric", value='"is polite"')
_START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Col:
    """A column of a test. A case has a letter for each sample.

    + passes by rule, - fails by rule, f fails only the format check, p and n pass and fail by a judge, o fails by rule
    but a person overruled it, ? is unscored, 0 has no answer.
    """

    cells: Sequence[str]
    version: int = 1
    model: str = MODEL
    label: str = ""
    params: Params = field(default_factory=Params)
    tokens: tuple[int, int, int] | None = (1500, 200, 0)
    cost: float | None = None
    rates: Rates | None = None
    ms: int = 900
    endpoint: str = LITELLM


def prompt_of(tokens: int) -> str:
    """Return the system message of a prompt of which so many tokens never change."""
    # The user message is a variable; each message adds four tokens.
    return " ".join(["word"] * (tokens - 8))


def table(both: int, fixed: int, broke: int, neither: int) -> tuple[str, str]:
    """Return the cells of a champion and a challenger with these numbers of pairs."""
    return "+" * both + "-" * fixed + "+" * broke + "-" * neither, "+" * (both + fixed) + "-" * (broke + neither)


def rated(passing: int, cases: int, fails: str = "-") -> str:
    """Return the cells of a column of which so many pass."""
    return "+" * passing + fails * (cases - passing)


class Clock:
    """Times one second apart."""

    def __init__(self) -> None:
        self._at = _START

    def __call__(self, seconds: float = 1.0) -> str:
        self._at += timedelta(seconds=seconds)
        return self._at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class History:
    """A prompt whose history is made step by step."""

    def __init__(self, store: Store, prompt: str = PROMPT, name: str = "Order bot") -> None:
        self.store, self.prompt, self.now = store, prompt, Clock()
        self.rates: Callable[[str], Rates | None] = lambda model: None
        """Returns today's prices of a model."""
        self._numbers = itertools.count(1)
        self.retired: dict[str, date] = {}
        self.successors: dict[str, str] = {}
        self._answers: dict[str, str] = {}
        """An answer of each test."""
        store.create_prompt(prompt, name, self.now()).result(60)

    # The prompt

    def version(self, text: str = "", parent: int | None = None, **parts: Any) -> int:
        """Add a version, and return its number."""
        words = text or f"Answer politely, wording {next(self._numbers)}."
        content = Content((Message("system", words), Message("user", "{{order}}")), **parts)
        return self.store.add_version(self.prompt, new_uid(), content, parent, self.now()).result(60).number

    def uses(self, version: int, *techniques: str) -> None:
        """Mark a version as using techniques."""
        for key in techniques:
            self.store.techniques.say(self.prompt, version, key, key.replace("-", " ").capitalize(), used=True).result(
                10
            )

    def goals(self, **given: Any) -> None:
        """Answer the questions asked once."""
        self.store.decide.save_goals(self.prompt, DecideGoals(**given), self.now()).result(60)

    def cases(
        self, count: int, holdout: int = 0, clusters: int = 0, prompt: str = "", tags: Sequence[str] = ()
    ) -> None:
        """Give a prompt cases, some held out, in groups of a number of clusters; the first ones have these tags."""
        prompt = prompt or self.prompt
        made = [self.case(at, clusters, prompt) for at in range(count + holdout)]
        made = [replace(one, held_out=at >= count, tags=tuple(tags[at : at + 1])) for at, one in enumerate(made)]
        self.store.packs.save_cases(prompt, made).result(60)
        if prompt == self.prompt:
            self.store.tests.save_settings(
                self.prompt, SuiteSettings((CONTAINS,), salt="s" if holdout else ""), self.now()
            )

    def case(self, number: int, clusters: int = 0, prompt: str = "") -> Case:
        """Return a case of a prompt by its number."""
        prompt = prompt or self.prompt
        cluster = f"cluster {number % clusters}" if clusters else ""
        return Case(f"{prompt}-case-{number}", f"Case {number}", (("order", str(number)),), cluster=cluster)

    def guard(self, set_name: str, cases: int) -> str:
        """Add a guard set as a prompt of its own, and return its uid."""
        uid = f"guard-{set_name}"
        content = Content((Message("user", "{{order}}"),))
        self.store.create_prompt(uid, set_name.capitalize(), self.now())
        self.store.add_version(uid, new_uid(), content, None, self.now()).result(60)
        if set_name == "refusal":
            self.store.set_meta("guard:refusals.yml", uid).result(60)
        self.cases(cases, prompt=uid)
        settings = self.store.tests.settings(self.prompt)
        self.store.tests.save_settings(
            self.prompt, replace(settings, guards=(*settings.guards, uid)), self.now()
        ).result(60)
        return uid

    def now_date(self) -> date:
        """Return the day of the newest entry."""
        return datetime.fromisoformat(self.now(0)).date()

    # Tests

    def test(
        self,
        *columns: Col,
        set_name: CaseSetName = "tuning",
        first: int = 0,
        prompt: str = "",
        clusters: int = 0,
        goals: RunGoals | None = None,
        probe: Probe | None = None,
        baseline: int = 0,
        checks: tuple[Check, ...] = (CONTAINS,),
        answered: int | None = None,
    ) -> str:
        """Store a test with these results and return its uid; `first` is the number of its first case.

        Only the first `answered` cases are answered, None for all. Cells of a judge are scored by the last check.
        """
        prompt = prompt or self.prompt
        run, scoring = new_uid(), new_uid()
        size = len(columns[0].cells)
        tested = [self.case(first + at, clusters, prompt) for at in range(size)]
        samples = max(len(cell) for cell in columns[0].cells)
        start = SuiteStart(
            uid=run,
            prompt_uid=prompt,
            owner_uid="owner",
            started_at=self.now(),
            columns=tuple(
                SuiteColumnStart(new_uid(), Lane(f"c{at}", one.endpoint, one.model, one.params, one.version, one.label))
                for at, one in enumerate(columns)
            ),
            cases=tuple(tested),
            questions=tuple(f"{run} {at}" for at in range(len(columns))),
            samples=samples,
            set_name=set_name,
            baseline=baseline,
            goals=goals or RunGoals(0.1, 0.05),
            probe="" if probe is None else probe.to_text(),
            is_fresh=True,
        )
        self.store.tests.begin(start).result(60)
        keys = [
            CellKey(case, at, sample)
            for case in range(size if answered is None else answered)
            for at, one in enumerate(columns)
            for sample in range(len(one.cells[case]))
        ]
        outputs = {key: new_uid() for key in keys}
        self._answers[run] = next(iter(outputs.values()), "")
        at = self.now()
        self.store.tests.start_outputs(run, [CellStart(key, outputs[key], "") for key in keys], "owner", at)
        signs = {key: columns[key.column].cells[key.case][key.sample] for key in keys}
        ends = [CellEnd(outputs[key], _result(columns[key.column], signs[key], key), self.now(0.5)) for key in keys]
        self.store.tests.finish_outputs(ends)
        self.store.tests.begin_scoring(run, scoring, checks, self.now())
        self.store.tests.save_scores(
            scoring, [_scored(key, outputs[key], signs[key], checks[-1]) for key in keys]
        ).result(30)
        for key in (key for key in keys if signs[key] == "o"):
            self.store.tests.overrule(
                run, outputs[key], check_hash(CONTAINS), "pass", "", self.now(), new_uid()
            ).result(30)
        return run

    def trial(self, champion: Col, challenger: Col, margin: float = 0.1, **more: Any) -> str:
        """Store a comparison of a champion with a challenger, both asked afresh."""
        return self.test(champion, challenger, goals=RunGoals(margin, 0.05, "try"), **more)

    def facts(self, of: str, before: Col, after: Col) -> None:
        """Store a probe of the first cases of a test: with facts, and beside it without them."""
        control = self.test(before, probe=Probe("facts-control", of, of, "fail everywhere"))
        self.test(after, probe=Probe("facts", of, control, "fail everywhere", "The facts."))

    def label(self, run: str, passes: Sequence[bool], picked: str = "random", check: Check = POLITE) -> None:
        """Label the first answers of a test by a person."""
        rows = self.store.judges.answers(run, self.store.tests.run(run).scoring_uid, check_hash(check), 0)
        starts = [
            LabelStart(new_uid(), row.output_uid, check_hash(check), "pass" if said else "fail", picked)  # type: ignore[arg-type]
            for row, said in zip(rows, passes, strict=False)
        ]
        self.store.judges.add_labels(run, starts, self.now()).result(60)

    def judge(self, run: str, model: str) -> None:
        """Let a model judge an answer of a test, so that it is known who judges there."""
        judges, uid, answer_uid = self.store.judges, new_uid(), self._answers[run]
        prompt = JudgePromptStart(
            self.prompt,
            POLITE.type,
            new_uid(),
            new_uid(),
            "Judge",
            Content((Message("user", "Is {{output}} polite?"),)),
        )
        prompt_uid = judges.ensure_judge_prompt(prompt, self.now()).result(60).uid
        start = JudgementStart(JudgementKey(0, 0, 0, 0, 0, 0), POLITE, uid, new_uid(), answer_uid, "Case 0", ())
        lane = JudgeLaneStart(new_uid(), Lane("j", LITELLM, model), 1)
        scoring = self.store.tests.run(run).scoring_uid
        judges.begin_run(JudgeRunStart(uid, prompt_uid, scoring, "owner", self.now(), (lane,), (start,))).result(60)
        judges.finish_judgements([JudgementEnd(start.output_uid, answer("Yes."), self.now())]).result(60)

    # Compose

    def iteration(
        self,
        *lanes: tuple[int, str],
        text: str = "",
        answers: Sequence[str] = (),
        verdict: Verdict | None = None,
        star: bool = False,
        cost: float | None = None,
    ) -> str:
        """Run versions with models beside each other, with a verdict."""
        run = new_uid()
        outputs = [new_uid() for _ in lanes]
        value = text or f"order {next(self._numbers)}"
        start = RunStart(
            uid=run,
            kind="iteration",
            prompt_uid=self.prompt,
            owner_uid="owner",
            started_at=self.now(),
            based_on=None,
            content=None,
            version_uid=new_uid(),
            sets=(RunSet("", "", (("order", value),)),),
            lanes=tuple(
                LaneStart(new_uid(), Lane(f"s{at}", LITELLM, model, pinned=version), at, (OutputStart(outputs[at]),))
                for at, (version, model) in enumerate(lanes)
            ),
        )
        waiting: list[Future[Any]] = [self.store.begin_run(start)]
        for at, output in enumerate(outputs):
            said = answers[at] if at < len(answers) else f"Answer {at} to {value}."
            made = replace(answer(said), cost_usd=cost)
            waiting.append(self.store.finish_output(output, made, self.now()))
        if verdict is not None:
            waiting.append(self.store.mark(run, new_uid(), verdict, tuple(outputs), self.now()))
        if star:
            waiting.append(self.store.curation.star_answers(outputs[:1], starred=True))
        for one in waiting:
            one.result(30)
        return run

    def rate(self, rows: int, *, doubles: int = 0, contradictions: int = 0) -> None:
        """Star so many good answers, the first ones twice, and call further ones both good and bad."""
        for texts in ([f"row {at}" for at in range(rows)], [f"row {at}" for at in range(doubles)]):
            if texts:
                self._starred(texts)
        for at in range(contradictions):
            said = (f"Answer {at}.",)
            self.iteration((1, MODEL), text=f"open {at}", answers=said, star=True)
            self.iteration((1, MODEL), text=f"open {at}", answers=said, verdict=Verdict("all_bad"))

    def _starred(self, texts: Sequence[str]) -> None:
        run, outputs = new_uid(), [new_uid() for _ in texts]
        lane = Lane("s0", LITELLM, MODEL, pinned=1)
        sets = tuple(RunSet(f"{self.prompt}-case-{at}", "", (("order", text),)) for at, text in enumerate(texts))
        starts = tuple(OutputStart(output, value_set=at) for at, output in enumerate(outputs))
        start = RunStart(
            run,
            "iteration",
            self.prompt,
            "owner",
            self.now(),
            None,
            None,
            new_uid(),
            sets,
            (LaneStart(new_uid(), lane, 0, starts),),
        )
        self.store.begin_run(start)
        for output, text in zip(outputs, texts, strict=True):
            self.store.finish_output(output, answer(f"The answer to {text}."), self.now(0))
        self.store.curation.star_answers(outputs, starred=True).result(60)

    def improve(self) -> None:
        """Ask a model for a better prompt, which answers."""
        run, output = new_uid(), new_uid()
        lane = LaneStart(new_uid(), Lane("i", LITELLM, MODEL, pinned=1), 0, (OutputStart(output),))
        start = RunStart(
            run, "improve", self.prompt, "owner", self.now(), None, None, new_uid(), (RunSet("", "", ()),), (lane,)
        )
        self.store.begin_run(start)
        self.store.finish_output(output, answer("A better prompt.", 900, 300), self.now()).result(60)

    # The answer

    @property
    def decider(self) -> Decider:
        """The decider of this history."""
        models = ModelBook(
            self._endpoint,
            lambda _, model: self.rates(model),
            lambda _, model: self.retired.get(model),
            lambda _, model: self.successors.get(model, ""),
        )
        tries = SuiteTries(self.store.tests, self.store.version, self.store.techniques.of)
        return Decider(self.store, lambda: tries, models, self.now, lambda: TODAY)

    def evidence(self) -> DecideEvidence:
        """Return the evidence that is gathered."""
        return self.decider.evidence(self.prompt)

    def decide(self) -> Decision:
        """Return the decision."""
        return self.decider.decision(self.prompt)

    def _endpoint(self, uid: str) -> Endpoint | None:
        known = (Endpoint(LITELLM, "litellm", "Providers"), *self.store.endpoints())
        return next((one for one in known if one.uid == uid), None)


def answer(text: str, given: int | None = 300, made: int | None = 40) -> Result:
    """Return a finished answer."""
    return Result(
        "finished", text, finish_reason="stop", usage=Usage(given, made, None, None), timing=Timing(0, 1, 200, 901)
    )


def _result(column: Col, sign: str, key: CellKey) -> Result:
    if sign == "0":
        return Result("failed", failure=Failure("server", "The server failed. Try again."), timing=Timing(0, 1))
    given, made, cached = column.tokens or (None, None, None)
    return Result(
        "finished",
        f"{'ok' if sign == '+' else 'no'} {key.case}",
        usage=Usage(given, made, cached, None),
        rates=column.rates,
        cost_usd=column.cost,
        timing=Timing(0, 1, 101, 1 + column.ms + key.case),
    )


_STATES: dict[str, CellState] = {
    **dict.fromkeys("+p", "pass"),
    **dict.fromkeys("-fno", "fail"),
    "?": "unscored",
    "0": "no_answer",
}


def _scored(key: CellKey, output: str, sign: str, judged: Check) -> CellScored:
    state = _STATES[sign]
    if state == "no_answer":
        return CellScored(key, output, state, None, "")
    score = None if state == "unscored" else float(state == "pass")
    if sign in "pn":
        verdict = JudgeVerdictStart(judged, state, score)  # type: ignore[arg-type]
        return CellScored(key, output, state, score, "", ((judged, _check(state)),), judged=(verdict,))
    valid = "fail" if sign == "f" else "pass"
    rule = "fail" if sign in "-o" else "pass" if sign == "f" else state
    return CellScored(key, output, state, score, "", ((CONTAINS, _check(rule)), (IS_JSON, _check(valid))))


def _check(state: str) -> CheckResult:
    score = None if state == "unscored" else float(state == "pass")
    return CheckResult(state, score, f"It is {state}.")  # type: ignore[arg-type]
