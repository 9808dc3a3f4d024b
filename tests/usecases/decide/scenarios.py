"""The acceptance scenarios of Decide as histories, and further ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.usecases.decide.histories import CONTAINS, MODEL, POLITE, Col, History, prompt_of, rated, table
from workbench.core.blocks import Example, OutputFormat, Tool
from workbench.core.decide.goals import CostFigures
from workbench.core.money import Rates
from workbench.core.runs import Verdict

WON, LOST = Verdict("winner", (1,)), Verdict("winner", (0,))
EXAMPLES = tuple(Example(f"order {at}", f"answer {at}") for at in range(3))


def almost_empty(history: History) -> None:
    """Three iterations, two verdicts, no case."""
    for _ in range(3):
        history.version()
    history.iteration((1, MODEL), (2, MODEL), verdict=WON, cost=0.002)
    history.iteration((2, MODEL), (3, MODEL), verdict=LOST, cost=0.002)
    history.iteration((3, MODEL), cost=0.002)


def good_enough(history: History) -> None:
    """The hold-out reaches the target at a low cost."""
    history.version()
    history.cases(240, holdout=120)
    history.goals(target=0.85, volume=1000, budget_usd=20)
    history.test(Col(rated(114, 120), cost=0.002), set_name="holdout", first=240)


def straddling(history: History) -> None:
    """The interval contains the target."""
    history.version()
    history.cases(80, holdout=40)
    history.goals(target=0.9)
    history.test(Col(rated(33, 40), cost=0.01), set_name="holdout", first=80)


def broken_format(history: History) -> None:
    """Most failures are broken JSON, and no version has a schema."""
    for _ in range(4):
        history.version()
    history.cases(100)
    history.goals(target=0.9)
    history.test(Col("+" * 71 + "f" * 24 + "-" * 5, 4))


def stubborn(history: History) -> str:
    """Store a test in which 18 of 80 cases fail everywhere, and return it."""
    versions = [history.version() for _ in range(4)]
    history.cases(80)
    history.goals(target=0.9)
    models = (MODEL, "acme-b", "acme-c")
    # The other cases fail in some columns only.
    columns = [
        Col("-" * 18 + "+" * (at % 7) + "-" * 6 + "+" * (56 - at % 7), version, model)
        for at, (version, model) in enumerate((version, model) for version in versions for model in models)
    ]
    return history.test(*columns)


def missing_knowledge(history: History) -> None:
    """Cases fail everywhere, and pass once the facts are pasted in."""
    run = stubborn(history)
    history.facts(run, Col("-" * 18), Col("+" * 16 + "-" * 2))


def better_model(history: History) -> None:
    """Another model is better on the same cases, and cheaper."""
    history.version()
    history.cases(300, holdout=150)
    history.goals(target=0.85)
    mine, other = table(102, 30, 6, 12)
    history.test(Col(mine, cost=0.01), Col(other, model="acme-b", cost=0.006), set_name="holdout", first=300)


def improving(history: History) -> None:
    """The last two comparisons were improvements."""
    history.version()
    history.version(parent=1)
    history.version(parent=2, examples=EXAMPLES)
    history.cases(300, holdout=150)
    history.goals(target=0.9)
    first = table(87, 15, 3, 45)
    second = table(97, 19, 5, 29)
    history.trial(Col(first[0]), Col(first[1], 2), set_name="holdout", first=300)
    history.trial(Col(second[0], 2), Col(second[1], 3), set_name="holdout", first=300)


def tried(history: History, cases: int, passing: int, counts: tuple[tuple[int, int], ...], first: int) -> None:
    """Compare the champion, version 1, with versions from 2 on, in their order."""
    for at, (fixed, broke) in enumerate(counts):
        both = passing - broke
        mine, other = table(both, fixed, broke, cases - both - fixed - broke)
        figures = {"tokens": (1800, 250, 0), "cost": 0.0061, "rates": Rates(2e-6, 1e-5, 2e-7)}
        history.trial(Col(mine, **figures), Col(other, at + 2, **figures), set_name="holdout", first=first)  # type: ignore[arg-type]


def narrow_plateau(history: History) -> None:
    """Five comparisons without a gain, all of the wording."""
    for at in range(6):
        history.version(parent=1 if at else None)
    history.cases(320, holdout=160)
    history.goals(target=0.9)
    tried(history, 160, 124, ((7, 6), (5, 7), (8, 6), (6, 6), (7, 8)), 320)


def data_rich(history: History) -> None:
    """Prompting has levelled off, with rows, a route and people."""
    base = prompt_of(1400)
    history.version(base)
    parts = (
        {},
        {"examples": EXAMPLES},
        {},
        {},
        {"output": OutputFormat("schema", '{"type":"object"}')},
        {"examples": (*EXAMPLES, Example("x", "y"))},
    )
    for at, one in enumerate(parts):
        history.version(base if one else f"{base} Variant {at}.", parent=1, **one)
    history.uses(4, "numbered-steps")
    history.cases(400, holdout=200, tags=("refund",) * 55)
    history.goals(
        target=0.92,
        margin=0.1,
        volume=2_000_000,
        p95_limit_ms=3000,
        can_label=True,
        can_train=True,
        can_serve=True,
        has_gpu=True,
        costs=CostFigures(fixed_usd=12_000),
    )
    facts_that_do_not_help(history)
    others = [
        Col(table(150, *counts)[1], model=name) for name, counts in (("acme-b", (12, 14, 24)), ("acme-c", (9, 14, 27)))
    ]
    history.test(Col(table(150, 12, 14, 24)[0]), *others, set_name="holdout", first=400)
    tried(history, 200, 164, ((9, 8), (7, 9), (10, 7), (6, 6), (8, 10), (11, 8)), 400)
    history.rate(640)


def facts_that_do_not_help(history: History) -> None:
    """Store a test in which 22 of 200 cases fail everywhere, and the facts help two of them and hurt none."""
    columns = [
        Col("-" * 22 + "+" * (14 * at) + "-" * 14 + "+" * (164 - 14 * at), version, model)
        for at, (version, model) in enumerate((version, model) for version in (1, 2, 3) for model in (MODEL, "acme-b"))
    ]
    history.facts(history.test(*columns), Col("-" * 22), Col("+" * 2 + "-" * 20))


def few_rows(history: History) -> None:
    """Prompting has levelled off, everything usual is tried, and there are too few rows."""
    history.version()
    parts = ({}, {"examples": EXAMPLES}, {}, {}, {"examples": (*EXAMPLES[:2], Example("x", "y"))})
    for one in parts:
        history.version("Answer politely, wording 1." if one else "", parent=1, **one)
    history.uses(4, "decomposition")
    history.improve()
    history.cases(240, holdout=120)
    history.goals(target=0.92)
    others = [Col(table(90, 5, 6, 19)[1], model=name) for name in ("acme-b", "acme-c")]
    history.test(Col(table(90, 5, 6, 19)[0]), *others, set_name="holdout", first=240)
    tried(history, 120, 96, ((5, 4), (4, 5), (6, 5), (4, 4), (5, 6)), 240)
    history.rate(38)


def too_dear(history: History) -> None:
    """The target is met, at nearly twice the budget."""
    history.version(prompt_of(2000))
    history.cases(400, holdout=200)
    history.goals(target=0.9, volume=1_600_000, budget_usd=3000)
    one = Col(rated(190, 200), tokens=(2400, 180, 0), cost=0.0033, rates=Rates(1e-6, 5e-6, 1e-7))
    history.test(one, set_name="holdout", first=400)


def tuned_without_gain(history: History) -> None:
    """A tuned model shows no difference."""
    history.version()
    history.cases(200, holdout=100)
    mine, other = table(80, 8, 5, 7)
    history.test(Col(mine), Col(other, model="ft:acme-large:me::1"), set_name="holdout", first=200)


def tuned_forgets(history: History) -> None:
    """A tuned model is better at the task, and worse in general."""
    history.version()
    history.cases(240, holdout=120)
    tuned = "ft:acme-large:me::1"
    mine, other = table(90, 15, 4, 11)
    history.test(Col(mine), Col(other, model=tuned), set_name="holdout", first=240)
    guard = history.guard("general", 60)
    mine, other = table(45, 1, 9, 5)
    history.test(Col(mine), Col(other, model=tuned), prompt=guard)


def contradictory(history: History) -> None:
    """Answers are called both good and bad."""
    history.version()
    history.cases(100)
    history.goals(target=0.9)
    history.test(Col(rated(70, 100)))
    history.rate(110, contradictions=9)


# Further histories.


def changed_mind(history: History) -> None:
    """An older test says that a model is better, the newest says that it is worse."""
    history.version()
    history.cases(150)
    history.goals(target=0.95)
    for both, fixed, broke, neither in ((102, 30, 6, 12), (96, 6, 30, 18)):
        mine, other = table(both, fixed, broke, neither)
        history.test(Col(mine), Col(other, model="acme-b"))


def one_model(history: History) -> None:
    """Prompting has levelled off in three kinds of change, but only one model was ever asked."""
    history.version("Answer politely.")
    for one in ({}, {"examples": EXAMPLES}, {"tools": (Tool("look_up"),)}, {}, {"examples": EXAMPLES[:2]}):
        history.version("Answer politely." if one else "", parent=1, **one)
    history.cases(240, holdout=120)
    history.goals(target=0.92)
    tried(history, 120, 96, ((5, 4), (4, 5), (6, 5), (4, 4), (5, 6)), 240)
    history.rate(60)


def no_prices(history: History) -> None:
    """The target is met, and the cost of a call is unknown."""
    history.version()
    history.cases(120)
    history.goals(target=0.85, volume=1000, budget_usd=20)
    history.test(Col(rated(114, 120), tokens=None))


def judges_only(history: History) -> None:
    """A judge decides everything, and its error was never measured."""
    history.version()
    history.cases(100)
    history.goals(target=0.8)
    history.test(Col("p" * 92 + "n" * 8), checks=(POLITE,))


def judge_and_one_rule(history: History) -> None:
    """A judge of unmeasured error decides all but one result."""
    history.version()
    history.cases(120)
    history.goals(target=0.8)
    history.test(Col("p" * 110 + "n" * 9 + "+"), checks=(CONTAINS, POLITE))


def judge_without_difference(history: History) -> None:
    """A judge of unmeasured error decides a few results, too few to change the answer."""
    history.version()
    history.cases(200)
    history.goals(target=0.85)
    history.test(Col("+" * 194 + "ppnn" + "--"), checks=(CONTAINS, POLITE))


def measured_judge(history: History) -> None:
    """A judge decides everything, and its error is known."""
    history.version()
    history.cases(120)
    history.goals(target=0.7)
    run = history.test(Col(("p" * 5 + "n") * 20), checks=(POLITE,))
    history.label(run, [at % 6 < 5 for at in range(60)])


def judged_versions(history: History) -> None:
    """A judge of known error decides about two versions; the labels are of the second one."""
    history.version()
    history.version(parent=1)
    history.cases(120)
    history.goals(target=0.7)
    run = history.test(Col(("p" * 5 + "n") * 20, 2), Col("ppnn" * 30), checks=(POLITE,))
    history.label(run, [at % 6 < 5 for at in range(60)])


def verdicts_only(history: History) -> None:
    """Versions were compared by hand, and there is no case."""
    for at in range(3):
        history.version(parent=at or None)
    for at in range(14):
        history.iteration((1 + at % 2, MODEL), (2 + at % 2, MODEL), verdict=WON if at % 3 else LOST)


def blind_only(history: History) -> None:
    """All verdicts were given blind, between two models with one version."""
    history.version()
    for at in range(8):
        history.iteration((1, MODEL), (1, "acme-b"), verdict=Verdict("winner", (at % 2,), blind=True))


def tiny(history: History) -> None:
    """Five cases, all of which pass."""
    history.version()
    history.cases(5)
    history.goals(target=0.9)
    history.test(Col("+++++", cost=0.01))


def huge(history: History) -> None:
    """A pass rate so close to the target that cases will not settle it."""
    history.version()
    history.cases(1500)
    history.goals(target=0.9)
    history.test(Col(rated(1352, 1500)))


def mostly_unscored(history: History) -> None:
    """Checks could be evaluated for a few answers only."""
    history.version()
    history.cases(100)
    history.goals(target=0.9)
    history.test(Col("+" * 12 + "-" * 3 + "?" * 80 + "0" * 5))


def clustered(history: History) -> None:
    """Many cases, but of eight conversations."""
    history.version()
    history.cases(160, clusters=8)
    history.goals(target=0.9)
    history.test(Col(rated(130, 160)), clusters=8)


def lucky(history: History) -> None:
    """The right answer is often among three samples."""
    history.version()
    history.cases(100)
    history.goals(target=0.95)
    history.test(Col(["+++"] * 60 + ["+--"] * 30 + ["---"] * 10))


def nobody_trains(history: History) -> None:
    """Everything speaks for training, but nobody can train."""
    data_rich(history)
    history.goals(target=0.92, margin=0.1, volume=2_000_000, can_label=True, can_train=False, can_serve=True)


def tuned_holds(history: History) -> None:
    """A tuned model is better, loses nothing elsewhere, and its points are worth the money."""
    history.version()
    history.cases(240, holdout=120)
    history.goals(gain_usd=10_000)
    tuned = "ft:acme-large:me::1"

    def test(counts: tuple[int, int, int, int], **more: Any) -> None:
        mine, other = table(*counts)
        history.test(Col(mine), Col(other, model=tuned), **more)

    test((90, 15, 4, 11), set_name="holdout", first=240)
    for name in ("general", "refusal"):
        test((116, 2, 1, 1), prompt=history.guard(name, 120))


ACCEPTANCE: dict[str, tuple[Callable[[History], None], str, int]] = {
    "1": (almost_empty, "NOT_ENOUGH", 1),
    "2": (good_enough, "SHIP", 6),
    "3": (straddling, "NOT_ENOUGH", 8),
    "4": (broken_format, "FIX_FORMAT", 9),
    "5": (missing_knowledge, "ADD_KNOWLEDGE", 10),
    "6": (better_model, "SWITCH_MODEL", 11),
    "7": (improving, "KEEP_PROMPTING", 13),
    "8": (narrow_plateau, "KEEP_PROMPTING", 13),
    "9": (data_rich, "TUNE_LORA", 16),
    "10": (few_rows, "NOT_ENOUGH", 14),
    "11": (too_dear, "CHEAPER", 7),
    "12": (tuned_without_gain, "KEEP_PROMPT", 5),
    "13": (tuned_forgets, "REJECT_TUNED", 4),
    "14": (contradictory, "SETTLE_LABELS", 2),
}
"""The scenarios with the code and the row of the table that they lead to."""
FURTHER: dict[str, tuple[Callable[[History], None], str, int]] = {
    "changed mind": (changed_mind, "KEEP_PROMPTING", 13),
    "one model": (one_model, "KEEP_PROMPTING", 13),
    "no prices": (no_prices, "SHIP", 6),
    "judges only": (judges_only, "SETTLE_LABELS", 2),
    "measured judge": (measured_judge, "SHIP", 6),
    "judged versions": (judged_versions, "SHIP", 6),
    "judge and one rule": (judge_and_one_rule, "SETTLE_LABELS", 2),
    "judge without difference": (judge_without_difference, "SHIP", 6),
    "verdicts only": (verdicts_only, "KEEP_PROMPTING", 13),
    "blind only": (blind_only, "KEEP_PROMPTING", 13),
    "tiny": (tiny, "NOT_ENOUGH", 1),
    "huge": (huge, "NOT_ENOUGH", 8),
    "mostly unscored": (mostly_unscored, "NOT_ENOUGH", 1),
    "clustered": (clustered, "NOT_ENOUGH", 8),
    "nobody trains": (nobody_trains, "KEEP_PROMPT", 15),
    "tuned holds": (tuned_holds, "HYBRID", 3),
    "lucky": (lucky, "KEEP_PROMPTING", 12),
}
