"""The acceptance scenarios of Decide as evidence made by hand."""

from __future__ import annotations

from tests.core.decide.made import CHAMPION, PRICES, attempt, column, evidence, figures, pair
from workbench.core.decide.evidence import (
    CaseCounts,
    DecideEvidence,
    OptimiserEvidence,
    ProbeEvidence,
    StubbornEvidence,
    TokenPrices,
    TrainingEvidence,
    VerdictEvidence,
    VersionEvidence,
)
from workbench.core.decide.goals import CostFigures, DecideGoals

OPTIMISED = OptimiserEvidence(1, 1)
OTHER_MODELS = (
    pair("model", (150, 12, 14, 24), challenger="B", title="acme-b", model="acme-b"),
    pair("model", (153, 9, 11, 27), challenger="C", title="acme-c", model="acme-c"),
)


def almost_empty() -> DecideEvidence:
    verdicts = (VerdictEvidence(1, 2, 1, 1),)
    return evidence(iterations=3, verdicts=verdicts, champion="", other_calls=figures())


def good_enough() -> DecideEvidence:
    goals = DecideGoals(target=0.85, volume=1000, budget_usd=20)
    return evidence(goals=goals, columns=(column(114, 120, figures=figures(cost_usd=0.002)),))


def straddling() -> DecideEvidence:
    goals = DecideGoals(target=0.9)
    return evidence(goals=goals, columns=(column(33, 40, figures=figures(cost_usd=0.01)),))


def broken_format() -> DecideEvidence:
    found = column(71, 100, "tuning", failed=29, format_only=24, format_checked=100, format_valid=76)
    versions = tuple(VersionEvidence(at, f"#{at}", has_schema=False) for at in range(1, 5))
    return evidence(goals=DecideGoals(target=0.9), columns=(found,), versions=versions)


def missing_knowledge() -> DecideEvidence:
    stubborn = StubbornEvidence(80, 18, 4, 3, ProbeEvidence(18, 16, 0, ("run-4",)), ("run-1",))
    return evidence(goals=DecideGoals(target=0.9), columns=(column(56, 80, "tuning"),), stubborn=stubborn)


def better_model() -> DecideEvidence:
    mine = column(108, 150, figures=figures(cost_usd=0.01))
    other = column(132, 150, key="B", title="Model B", model="acme-b", figures=figures(cost_usd=0.006))
    found = pair("model", (102, 30, 6, 12), figures=figures(cost_usd=0.006))
    return evidence(goals=DecideGoals(target=0.85), columns=(mine, other), pairs=(found,))


def improving() -> DecideEvidence:
    tries = (attempt(15, 3, 150, number=1), attempt(19, 5, 150, "examples", number=2))
    return evidence(goals=DecideGoals(target=0.9), columns=(column(116, 150),), tries=tries)


def narrow_plateau() -> DecideEvidence:
    counts = ((7, 6), (5, 7), (8, 6), (6, 6), (7, 8))
    tries = tuple(attempt(*one, 160, "wording", added=("wording",), number=at) for at, one in enumerate(counts))
    return evidence(goals=DecideGoals(target=0.9), columns=(column(124, 160),), tries=tries)


def data_rich() -> DecideEvidence:
    counts = ((9, 8), (7, 9), (10, 7), (6, 6), (8, 10), (11, 8))
    kinds = ("wording", "examples", "structure", "wording", "output format", "examples")
    added = (("wording",), ("examples",), ("numbered-steps",), ("wording",), ("output",), ("examples",))
    tries = tuple(
        attempt(*one, 200, kind, added=keys, number=at, version=at + 1)
        for at, (one, kind, keys) in enumerate(zip(counts, kinds, added, strict=True))
    )
    prices = TokenPrices(2.0, 10.0, 0.2, source="your own")
    calls = figures(
        input_tokens=1800.0, output_tokens=250.0, cached_tokens=0.0, stable_tokens=1400.0, prices=prices, p95_ms=1400.0
    )
    goals = DecideGoals(
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
    stubborn = StubbornEvidence(200, 22, 4, 3, ProbeEvidence(22, 2, 1))
    return evidence(
        goals=goals,
        columns=(column(164, 200, figures=calls),),
        pairs=OTHER_MODELS,
        tries=tries,
        versions=tuple(VersionEvidence(at, f"#{at}", examples=5) for at in range(1, 8)),
        stubborn=stubborn,
        cases=CaseCounts(tuning=400, holdout=200),
        training=TrainingEvidence(640, 21, 0, smallest_tag=55, smallest_tag_name="refund", tokens_per_row=1000),
    )


def few_rows() -> DecideEvidence:
    counts = ((5, 4), (4, 5), (6, 5), (4, 4), (5, 6))
    kinds = ("wording", "examples", "structure", "wording", "examples")
    added = (("wording",), ("examples",), ("decomposition",), ("wording",), ("examples",))
    tries = tuple(
        attempt(*one, 120, kind, added=keys, number=at)
        for at, (one, kind, keys) in enumerate(zip(counts, kinds, added, strict=True))
    )
    models = tuple(pair("model", (90, 5, 6, 19), challenger=name, model=name, title=name) for name in ("b", "c"))
    return evidence(
        goals=DecideGoals(target=0.92),
        columns=(column(96, 120),),
        tries=tries,
        pairs=models,
        optimiser=OPTIMISED,
        training=TrainingEvidence(38),
    )


def too_dear(cache_write: float | None = None) -> DecideEvidence:
    prices = TokenPrices(1.0, 5.0, 0.1, cache_write, source=PRICES.source)
    calls = figures(
        input_tokens=2400.0,
        output_tokens=180.0,
        cached_tokens=0.0,
        stable_tokens=2000.0,
        prices=prices,
        cost_usd=0.0033,
    )
    goals = DecideGoals(target=0.9, volume=1_600_000, budget_usd=3000)
    return evidence(goals=goals, columns=(column(190, 200, figures=calls),))


def tuned_without_gain() -> DecideEvidence:
    found = pair("tuned", (80, 8, 5, 7), challenger="L", title="LoRA", model="acme-lora")
    return evidence(columns=(column(85, 100),), pairs=(found,))


def tuned_forgets() -> DecideEvidence:
    task = pair("tuned", (90, 15, 4, 11), challenger="L", title="LoRA")
    general = pair("tuned", (45, 1, 9, 5), "general", challenger="L", title="LoRA")
    return evidence(columns=(column(94, 120),), pairs=(task, general))


def contradictory() -> DecideEvidence:
    found = column(70, 100, figures=figures())
    return evidence(goals=DecideGoals(target=0.9), columns=(found,), training=TrainingEvidence(110, contradictions=9))


__all__ = ["CHAMPION"]
