"""Each step of the experiment goes from open to done by what is stored, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.usecases.decide import scenarios
from tests.usecases.decide.histories import POLITE, Col, History, rated, table
from tests.usecases.decide.scenarios import EXAMPLES
from workbench.core.blocks import OutputFormat
from workbench.core.cases import Check
from workbench.core.decide.done_steps import RULES
from workbench.core.decide.goals import CostFigures
from workbench.core.decide.rules import decide_rules
from workbench.core.money import Rates
from workbench.core.testing.goals import RunGoals

TUNED, AGAIN = "ft:acme-large:me::1", "ft:acme-large:me::2"
SCHEMA = OutputFormat("schema", '{"type":"object"}')
PRICED = Rates(1e-6, 5e-6, 1e-7)
BETTER = Check("select-best", value='"the better answer"')
TOO_DEAR = {"target": 0.9, "volume": 1_600_000, "budget_usd": 3000}
_Fill = Callable[[History], object]


def once(cells: str, cases: int = 0, target: float | None = 0.9) -> _Fill:
    """Return what stores a version, cases and a test of them."""

    def fill(history: History) -> None:
        history.version()
        history.cases(cases or len(cells))
        if target is not None:
            history.goals(target=target)
        if cells:
            history.test(Col(cells))

    return fill


def more(cells: str) -> _Fill:
    return lambda history: history.test(Col(cells))


def held_out(cases: int, holdout: int, *columns: Col, **more: object) -> _Fill:
    """Return what stores new cases and a test of the hold-out."""

    def fill(history: History) -> None:
        history.cases(cases, holdout=holdout)
        history.test(*columns, set_name="holdout", first=cases, **more)  # type: ignore[arg-type]

    return fill


def pair(counts: tuple[int, int, int, int], model: str = "acme-b") -> tuple[Col, Col]:
    mine, other = table(*counts)
    return Col(mine), Col(other, model=model)


def judged(history: History) -> None:
    scenarios.judges_only(history)


def compared_by_a_judge(history: History) -> None:
    """A judge that compares answers decides, whose error nothing can measure."""
    history.version()
    history.cases(100)
    history.goals(target=0.8)
    history.test(Col("p" * 92 + "n" * 8), checks=(BETTER,))


def judged_alone(history: History) -> None:
    history.test(Col("p" * 92 + "n" * 8), checks=(POLITE,))


def label(history: History) -> None:
    run = history.test(Col("p" * 92 + "n" * 8), checks=(POLITE,))
    history.label(run, [at < 55 for at in range(60)])


def with_schema(history: History) -> None:
    history.version(output=SCHEMA)
    history.cases(100)
    history.goals(target=0.9)
    history.test(Col("+" * 71 + "f" * 24 + "-" * 5))


def add_schema(history: History) -> None:
    history.version(output=SCHEMA)
    history.test(Col("+" * 95 + "-" * 5, 5))


def probe(history: History) -> None:
    run = history.store.tests.runs(history.prompt, 1)[0].uid
    history.facts(run, Col("-" * 18), Col("+" * 16 + "-" * 2))


def facts(history: History) -> None:
    version = history.version("Answer from {{context}}.", parent=1)
    history.trial(Col(rated(56, 80)), Col(rated(76, 80), version))


def models(history: History) -> None:
    one = rated(124, 160)
    others = [Col(one, model=name) for name in ("acme-b", "acme-c")]
    history.test(Col(one), *others, set_name="holdout", first=320)


def try_change(*techniques: str, **parts: object) -> _Fill:
    """Return what compares a version that adds something with the champion of the narrow plateau."""

    def fill(history: History) -> None:
        version = history.version(parent=1, **parts)
        history.uses(version, *techniques)
        mine, other = table(117, 8, 7, 28)
        history.trial(Col(mine), Col(other, version), set_name="holdout", first=320)

    return fill


def both(*fills: _Fill) -> _Fill:
    def fill(history: History) -> None:
        for one in fills:
            one(history)

    return fill


def try_again(history: History) -> None:
    history.version(parent=3)
    mine, other = table(110, 4, 5, 31)
    history.trial(Col(mine, 3), Col(other, 4), set_name="holdout", first=300)


def vote(history: History) -> None:
    cells = ["+++"] * 60 + ["+--"] * 30 + ["---"] * 10
    history.test(Col(cells), Col(cells), goals=RunGoals(0.1, 0.05, vote=("c1",)))


def dear(*others: Col, cached: int = 0, goals: RunGoals | None = None) -> _Fill:
    one = Col(rated(190, 200), tokens=(2400, 180, cached), cost=0.0033, rates=PRICED)
    return lambda history: history.test(one, *others, set_name="holdout", first=400, goals=goals)


def shorten(history: History) -> None:
    version = history.version("Be brief.", parent=1)
    dear(Col(rated(190, 200), version, tokens=(400, 180, 0), cost=0.0013, rates=PRICED))(history)


def train(history: History) -> None:
    history.test(Col(rated(160, 200)), Col(rated(170, 200), model=TUNED))


def tuned_and_unguarded(history: History) -> None:
    history.version()
    history.goals(target=0.9)
    held_out(240, 120, *pair((90, 15, 4, 11), TUNED))(history)


def guards(history: History) -> None:
    for name in ("general", "refusal"):
        history.test(*pair((45, 1, 9, 5), TUNED), prompt=history.guard(name, 60))


def tune_again(history: History) -> None:
    history.test(*pair((90, 20, 4, 6), AGAIN), set_name="holdout", first=240)
    history.test(*pair((45, 1, 9, 5), AGAIN), prompt="guard-general")


STEPS: dict[str, tuple[_Fill, _Fill]] = {
    "unscored": (scenarios.mostly_unscored, more(rated(90, 100))),
    "unanswered": (once("+" * 12 + "0" * 88), more(rated(90, 100))),
    "evidence": (once("", 25), more(rated(20, 25))),
    "target": (once(rated(60, 80), target=None), lambda history: history.goals(target=0.9)),
    "labels": (scenarios.contradictory, lambda history: history.rate(200)),
    "judge": (judged, label),
    "single": (compared_by_a_judge, judged_alone),
    "holdout": (once(rated(50, 80)), held_out(50, 30, Col(rated(22, 30)))),
    "settle": (scenarios.straddling, held_out(80, 100, Col(rated(70, 100)))),
    "independent": (scenarios.clustered, both(lambda history: history.cases(160), more(rated(130, 160)))),
    "schema": (scenarios.broken_format, add_schema),
    "enforce": (with_schema, more("+" * 95 + "-" * 5)),
    "probe": (scenarios.stubborn, probe),
    "facts": (scenarios.missing_knowledge, facts),
    "models": (scenarios.narrow_plateau, models),
    "switch": (
        both(once("", 150, 0.95), lambda history: history.test(*pair((102, 30, 6, 12)))),
        held_out(150, 150, *pair((102, 30, 6, 12))),
    ),
    "proof": (scenarios.better_model, held_out(300, 550, *pair((380, 110, 20, 40)))),
    "adopt": (scenarios.better_model, held_out(300, 150, *pair((102, 30, 6, 12)), baseline=1)),
    "samples": (
        once(rated(60, 100), target=0.95),
        lambda history: history.test(Col(["+++"] * 60 + ["+--"] * 4 + ["---"] * 36)),
    ),
    "vote": (scenarios.lucky, vote),
    "examples": (scenarios.narrow_plateau, try_change(examples=EXAMPLES)),
    "structure": (scenarios.narrow_plateau, try_change("numbered-steps")),
    "optimiser": (scenarios.narrow_plateau, try_change()),
    "tries": (scenarios.narrow_plateau, both(try_change(examples=EXAMPLES), try_change("numbered-steps"))),
    "again": (scenarios.improving, try_again),
    "caching": (scenarios.too_dear, dear(cached=1800)),
    "batch": (
        both(scenarios.too_dear, lambda history: history.goals(**TOO_DEAR, costs=CostFigures(batch_share=0.5))),
        lambda history: history.goals(**TOO_DEAR, costs=CostFigures(batch_share=0.5, batched_share=0.5)),
    ),
    "limits": (scenarios.no_prices, lambda history: history.test(Col(rated(114, 120), cost=0.002))),
    "shorten": (scenarios.too_dear, shorten),
    "smaller": (
        scenarios.too_dear,
        dear(Col(rated(190, 200), model="acme-b", cost=0.001), goals=RunGoals(0.1, 0.05)),
    ),
    "rows": (scenarios.few_rows, lambda history: history.rate(60)),
    "train": (scenarios.data_rich, train),
    "tuned": (scenarios.data_rich, held_out(400, 200, *pair((150, 30, 14, 6), TUNED))),
    "guards": (tuned_and_unguarded, guards),
    "retrain": (scenarios.tuned_forgets, tune_again),
    "remeasure": (scenarios.tuned_forgets, tune_again),
}
NOT_LISTED = {"tries", "samples", "optimiser", "unanswered"}
"""Steps that are not among the first five open ones of their history."""


@pytest.mark.parametrize("name", STEPS)
def test_step_goes_from_open_to_done_by_what_is_stored(history: History, name: str) -> None:
    before, act = STEPS[name]
    before(history)
    first = history.decide()
    assert name not in first.done
    listed = {step.id: step for step in first.steps}
    assert name in NOT_LISTED or not listed[name].is_done, sorted(listed)
    act(history)
    second = history.decide()
    assert name in second.done, second.headline
    done = [step for step in second.steps if step.id == name and step.is_done]
    assert all(step.title == decide_rules().steps[name].done for step in done)


def test_done_steps_are_listed_beside_the_open_ones(history: History) -> None:
    scenarios.narrow_plateau(history)
    models(history)
    decision = history.decide()
    states = {step.id: step.is_done for step in decision.steps}
    assert states["models"]
    assert not states["examples"]
    [step] = [one for one in decision.steps if one.id == "models"]
    assert (step.title, step.calls, step.cost_usd) == ("Two other models were compared", None, None)


def test_every_step_has_a_rule_and_a_history_that_it_follows() -> None:
    rules = decide_rules()
    assert set(rules.done) == set(rules.steps) == set(STEPS)
    assert {one.rule for one in rules.done.values()} - {""} == set(RULES)
    assert all(sum(map(bool, (one.finding, one.lever, one.group, one.rule))) == 1 for one in rules.done.values())
    assert {name for row in rules.table.values() for name in row.steps} <= set(STEPS)
