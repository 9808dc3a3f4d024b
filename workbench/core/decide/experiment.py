"""The small experiment: at most five steps that close the gaps, with what each takes and what its outcomes would mean.

Invariant: a step is done because the history shows it, never because someone ticked it; where the answer is clear there
is no step. First comes what the headline asks for, then the order of the decision table: cheap questions first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from workbench.core.decide.cost_figures import Saving
from workbench.core.decide.decision import Action, ActionKind, Advice, Need, Outcome, Step
from workbench.core.decide.done_steps import done_steps, is_done
from workbench.core.decide.evidence import PairEvidence
from workbench.core.decide.figure_words import listed
from workbench.core.decide.findings.failures import had_schema
from workbench.core.decide.findings.models import better_model, models_tried
from workbench.core.decide.findings.quality import cases_to_settle, scored_set
from workbench.core.decide.findings.tuned import guard_readings, tuned_pair
from workbench.core.decide.judgement import Judgement
from workbench.core.decide.levers import group_state
from workbench.core.decide.new_cases import new_cases
from workbench.core.statistics.stopping import FEWEST_CASES
from workbench.core.text import counted, plural


def steps(found: Judgement, headline: Advice) -> tuple[Step, ...]:
    """Return the open steps, and those done before them as far as there is room."""
    if headline.code == "SHIP":
        return tuple(step for step in _Experiment(found, headline).before_shipping() if not step.is_done)
    if headline.code == "HYBRID" or headline.table_row == 5:
        return tuple(step for step in _Experiment(found, headline).goal() if not step.is_done)
    listed = list(_Experiment(found, headline).steps())
    if (first := _named(found, headline, listed)) is not None:
        listed.remove(first)
        listed.insert(0, first)
    most = found.rules.thresholds.most_steps
    still = [one for one in listed if not one.is_done][:most]
    room = most - len(still)
    # Those of the way to the headline are kept longest.
    every = [*_done_elsewhere(found, listed), *listed]
    done = [one for one in every if one.is_done][-room:] if room and still else []
    kept = {one.id for one in (*still, *done)}
    return tuple(one for one in every if one.id in kept)


def _done_elsewhere(found: Judgement, listed: Sequence[Step]) -> list[Step]:
    """Return the done steps that are not on the way to the headline any more."""
    rules, there = found.rules, {one.id for one in listed}
    return [
        Step(name, rules.steps[name].done, rules.say(f"step.{'entered' if when.entered else 'done'}"), (), is_done=True)
        for name in done_steps(found)
        if name not in there and not (when := rules.done[name]).rare
    ]


def _named(found: Judgement, headline: Advice, listed: Sequence[Step]) -> Step | None:
    """Return the step that the headline asks for. Where there are verdicts only, it asks for cases, the first step."""
    named = frozenset[str]() if found.is_verdicts_only else found.rules.table[headline.table_row].steps
    return next((step for step in listed if not step.is_done and step.id in named), None)


class _Experiment:
    """Makes the steps of one judgement."""

    def __init__(self, found: Judgement, headline: Advice) -> None:
        self._found, self._headline = found, headline
        self._reading = found.reading
        self._cases = max(found.reading.scored, found.rules.thresholds.fewest_cases)

    def steps(self) -> Iterator[Step]:
        """Yield all steps that belong to the way to the headline, done ones too."""
        if self._headline.code == "REJECT_TUNED":
            yield from self._again()
            return
        yield from self._evidence()
        yield from self._labels()
        if self._headline.code == "CHEAPER":
            yield from self._costs()
            return
        if self._found.state("F1") == "few" or self._headline.table_row == 2:
            return
        yield from self.certainty()
        yield from self._guards()
        if self._found.state("F4") in ("met", "unclear", "level", "clusters"):
            return
        yield from self._causes()
        yield from self._training()

    def _step(
        self,
        name: str,
        action: Action | None = None,
        calls: int | None = None,
        *,
        is_done: bool = False,
        saved: float | None = None,
        **words: object,
    ) -> Step:
        said = self._found.rules.steps[name]
        if is_done:
            calls = None
        usd, minutes = (None, None) if calls is None else self._reading.effort(calls)
        return Step(
            name,
            said.done if is_done else said.title.format(**words),
            said.sentence.format(**words),
            tuple(Outcome(when, means) for when, means in said.outcomes),
            action,
            calls,
            usd,
            minutes,
            is_done,
            None if is_done else saved,
        )

    def _is_done(self, name: str) -> bool:
        return is_done(self._found, name)

    def _action(self, lever: str, kind: ActionKind = "try") -> Action:
        """Return what the button of a lever prepares."""
        rule = next(one for one in self._found.rules.levers if one.id == lever)
        return rule.action or Action(kind, rule.title)

    def _evidence(self) -> Iterator[Step]:
        found, limits = self._found, self._found.rules.thresholds
        need = found.findings["F1"].need
        done = found.state("F1") == "enough"
        calls = limits.fewest_cases if need is None else need.calls
        count = calls or limits.fewest_cases
        action = None if need is None else need.action
        if need is not None and need.kind in ("unscored", "unanswered"):
            yield self._lost(need)
        else:
            note = "" if done else new_cases(self._reading, count, scored_set(self._reading)).note
            yield self._step("evidence", action, calls, is_done=done, count=counted(count, "case"), note=note)
        yield from self.goal()

    def goal(self) -> Iterator[Step]:
        """Yield the target."""
        action = Action("goal", "Enter a target", "target")
        yield self._step("target", action, is_done=self._found.evidence.goals.target is not None)

    def _lost(self, need: Need) -> Step:
        return self._step(need.kind, need.action, need.calls, count=counted(need.count or 0, "case"))

    def _labels(self) -> Iterator[Step]:
        found = self._found
        if found.state("F2") == "disagree" and found.evidence.training is not None:
            count = counted(found.evidence.training.contradictions, "contradiction")
            need = found.findings["F2"].need
            yield self._step("labels", None if need is None else need.action, count=count)
        if found.state("F3") != "none":
            yield self._judge()

    def _judge(self) -> Step:
        """Return the step that measures the judge, or replaces one that cannot be measured."""
        need, judge = self._found.findings["F3"].need, self._reading.judge
        if self._found.state("F3") == "comparing":
            return self._step("single")
        if need is None or need.count is None:
            wanted = self._found.rules.thresholds.judge_labels
            return self._step("judge", is_done=True, count=counted(wanted, "answer"))
        more = " more" if judge is not None and judge.labels else ""
        return self._step("judge", need.action, count=f"{need.count:,}{more} {plural(need.count, 'answer')}")

    def _costs(self) -> Iterator[Step]:
        found = self._found
        for saving in found.cost.savings:
            yield self._saving(saving)
        calls = 2 * self._cases
        yield self._step("shorten", self._action("shorter"), calls, is_done=self._is_tried("shorter"))
        is_done = found.state("F8") == "cheaper"
        yield self._step("smaller", Action("models", "Add a cheaper model"), calls, is_done=is_done)

    def _is_tried(self, lever: str) -> bool:
        return any(one.id == lever and one.state == "tried" for one in self._found.levers)

    def before_shipping(self) -> Iterator[Step]:
        """Yield what is unknown although the target is met: a limit that cannot be checked, and the hold-out."""
        need, main = self._found.findings["F12"].need, self._reading.main
        if self._found.state("F12") == "unknown" and need is not None:
            title = need.sentence.removesuffix(".") if need.action is None else need.action.label
            yield self._step("limits", need.action, title=title)
        if main is not None and main.set_name != "holdout":
            yield from self.certainty()

    def certainty(self) -> Iterator[Step]:
        """Yield the hold-out and the cases that the target still needs."""
        found = self._found
        cases = found.evidence.cases
        is_scored = found.state("F5") != "no_holdout" or (
            self._reading.main is not None and self._reading.main.set_name == "holdout"
        )
        if is_scored or cases.tuning + cases.holdout >= found.rules.thresholds.holdout_from:
            yield self._step("holdout", Action("holdout", "Set a hold-out aside"), is_done=is_scored)
        need = found.findings["F4"].need
        if found.state("F4") == "unclear" and need is not None and need.count is not None:
            if need.kind in ("unscored", "unanswered"):
                yield self._lost(need)
                return
            more = new_cases(self._reading, need.count, scored_set(self._reading))
            yield self._step("settle", need.action, need.calls, count=more.words, note=more.note)
        elif found.state("F4") == "clusters" and need is not None:
            yield self._step("independent", need.action)

    def _causes(self) -> Iterator[Step]:
        """Yield the steps of the cause that the headline names, else the questions that are still open."""
        row = self._headline.table_row
        named = {9: self._format, 10: self._knowledge, 11: self._models, 12: self._luck}
        if row in named:
            yield from named[row]()
            return
        if self._found.state("F10") == "improving":
            yield self._step("again", Action("try", "Compare with the best version"), self._tries_calls())
        yield from self._knowledge()
        yield from self._models()
        yield from self._levers()
        yield from self._luck()

    def _format(self) -> Iterator[Step]:
        main = self._reading.main
        if self._found.state("F6") == "format" and main is not None and main.format_only is not None:
            name = "enforce" if had_schema(self._found.maker) else "schema"
            action, only, failed = self._action("schema"), f"{main.format_only:,}", f"{main.failed:,}"
            yield self._step(name, action, 2 * self._cases, only=only, failed=failed)

    def _knowledge(self) -> Iterator[Step]:
        found, stubborn = self._found, self._found.evidence.stubborn
        state = found.state("F7")
        if stubborn is not None and stubborn.stubborn is not None and state in ("untested", "knowledge", "other"):
            need = found.findings["F7"].need
            action = None if need is None else need.action
            has_run, count = state != "untested", counted(stubborn.stubborn, "case")
            yield self._step("probe", action, 2 * stubborn.stubborn, is_done=has_run, count=count)
        if state == "knowledge":
            action = Action("compose", "Add facts to the prompt")
            yield self._step("facts", action, 2 * self._cases, is_done=self._is_done("facts"))

    def _models(self) -> Iterator[Step]:
        wanted = self._found.rules.thresholds.other_models
        missing = max(wanted - models_tried(self._reading), 0)
        best = better_model(self._reading)
        if best is None:
            calls = (missing or wanted) * self._cases
            count = counted(missing or wanted, "other model")
            action = Action("models", "Add a model") if missing == 1 else self._action("other_models")
            yield self._step("models", action, calls, is_done=not missing, count=count)
        elif best.set_name != "holdout":
            holdout = self._found.evidence.cases.holdout
            action = Action("holdout", "Run the hold-out", best.challenger, "holdout")
            yield self._step("switch", action, 2 * holdout if holdout else None)
        else:
            yield self._adopt(best.title or best.model or best.challenger, self._found.rules.say("step.adopt"))
            yield from self._proof(best)

    def _proof(self, best: PairEvidence) -> Iterator[Step]:
        """Yield the cases that the better model still needs to clear the target."""
        column, target = self._reading.column(best.challenger, best.set_name), self._found.evidence.goals.target
        passes = None if column is None else column.passes
        if passes is None or passes.interval is None or target is None or passes.interval.low >= target:
            return
        more = cases_to_settle(passes, target, self._found.rules.thresholds.hopeless_cases)
        if more is not None:
            cases = new_cases(self._reading, more, best.set_name)
            title = best.title or best.model or best.challenger
            step = self._step("proof", cases.action, cases.count, title=title, count=cases.words, note=cases.note)
            yield replace(step, cost_usd=_usd_of(best, cases.count))

    def _luck(self) -> Iterator[Step]:
        state, need = self._found.state("F9"), self._found.findings["F9"].need
        if state == "reach":
            yield self._step("vote", self._action("vote"), self._found.rules.thresholds.samples * self._cases)
        elif not self._found.has_levelled_off:
            calls = None if need is None else need.calls
            action = None if need is None else need.action
            is_done = state in ("none", "voted")
            yield self._step("samples", action, calls, is_done=is_done, count=counted(self._cases, "case"))

    def _tries_calls(self) -> int:
        return 2 * max(self._cases, FEWEST_CASES)

    def _levers(self) -> Iterator[Step]:
        calls = self._tries_calls()
        tried = group_state(self._reading)
        actions = {"examples": "examples", "structure": "steps", "optimiser": "optimiser"}
        for group, lever in actions.items():
            yield self._step(group, self._action(lever), calls, is_done=tried[group])
        if self._found.state("F10") != "plateau" and all(tried.values()):
            yield self._step("tries", Action("try", "Compare with the best version"), calls)

    def _training(self) -> Iterator[Step]:
        row = self._headline.table_row
        if row == 14:
            need = self._found.findings["F13"].need
            count = self._found.rules.thresholds.rows_to_try if need is None or need.count is None else need.count
            action = None if need is None else need.action
            yield self._step("rows", action, count, count=counted(count, "training row"))
        if row == 16:
            yield from self._costs_before_training()
            action = Action("training", "Export training files")
            yield self._step("train", action, is_done=self._is_done("train"))
            holdout = max(self._found.evidence.cases.holdout, self._found.rules.thresholds.tuned_cases)
            is_known = self._found.state("F16") != "none"
            action = Action("tuned_lane", "Run the hold-out" if is_known else "Add the adapter", "", "holdout", holdout)
            yield self._step("tuned", action, 2 * holdout)
            guards = 4 * self._found.rules.thresholds.guard_cases
            yield self._step("guards", Action("guards", "Run the guard sets"), guards)

    def _costs_before_training(self) -> Iterator[Step]:
        saving = next((one for one in self._found.cost.savings if one.id == "caching"), None)
        if saving is not None and saving.saved_usd:
            yield self._saving(saving)

    def _saving(self, saving: Saving) -> Step:
        """Return the step that makes a saving; the product sends no batches, so that the person says what is sent."""
        if saving.id == "pair":
            return self._adopt(saving.title, saving.sentence, saving.saved_usd)
        enter = Action("goal", "Enter what you send in batches", "batched_share")
        action = self._action("caching") if saving.id == "caching" else enter
        return self._step(saving.id, action, saved=saving.saved_usd, saving=saving.sentence)

    def _adopt(self, title: str, why: str, saved: float | None = None) -> Step:
        action = Action("models", "Choose the model", "switch")
        return self._step("adopt", action, saved=saved, title=title, why=why)

    def _again(self) -> Iterator[Step]:
        """Yield the steps after an adapter that forgets: train it more gently, then measure the new one."""
        pair = tuned_pair(self._reading)
        guards = () if pair is None else guard_readings(self._reading, pair)
        dropped = [one.set_name for one in guards if one.state == "drops"]
        yield self._step("retrain", Action("training", "Export training files"), rows=listed(dropped))
        limits, holdout = self._found.rules.thresholds, self._found.evidence.cases.holdout
        count = max(holdout, limits.tuned_cases)
        calls = 2 * (count + len(guards) * limits.guard_cases)
        action = Action("tuned_lane", "Add the new adapter", "new", "holdout", count)
        yield self._step("remeasure", action, calls)

    def _guards(self) -> Iterator[Step]:
        need = self._found.findings["F16"].need
        if self._found.state("F16") == "open" and need is not None:
            yield self._step("guards", need.action, need.calls)
        elif self._found.state("F16") == "few" and need is not None and self._headline.table_row != 16:
            yield self._step("tuned", need.action, need.calls)


def _usd_of(pair: PairEvidence, calls: int) -> float | None:
    """Return the dollars of calls to the challenger of a pair, None if unknown."""
    figures = pair.figures
    if figures is None:
        return None
    price = 0.0 if figures.is_free else figures.cost_usd
    return None if price is None else calls * price
