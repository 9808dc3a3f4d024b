"""Evidence that reaches every state of every finding: a table of name, evidence, and the states that it must give."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.core.decide import scenarios
from tests.core.decide.made import CHAMPION, TODAY, attempt, column, evidence, figures, pair, rate
from tests.core.statistics.made import case, compared, passes
from workbench.core.decide.evidence import (
    CaseCounts,
    DecideEvidence,
    JudgeEvidence,
    OptimiserEvidence,
    PairEvidence,
    ProbeEvidence,
    SampleFigures,
    StubbornEvidence,
    TokenPrices,
    TrainingEvidence,
    VerdictEvidence,
    VersionEvidence,
)
from workbench.core.decide.goals import CostFigures, DecideGoals
from workbench.core.statistics.columns import pass_rate
from workbench.core.statistics.stopping import TryResult

TARGET = DecideGoals(target=0.9)
PRICED = TokenPrices(2.0, 10.0, 0.2, source="LiteLLM's price list", read_on=TODAY)
CALLS = figures(
    input_tokens=1800.0, output_tokens=250.0, cached_tokens=0.0, stable_tokens=1400.0, prices=PRICED, p95_ms=1400.0
)
ROWS = TrainingEvidence(640, tokens_per_row=1000.0)
WORK = CostFigures(labelling_hours=10.0, engineering_hours=40.0, hourly_usd=80.0)
MISSED = column(70, 100)


def clustered(passing: int, cases: int, clusters: int) -> DecideEvidence:
    """Return evidence whose cases belong to a few clusters."""
    made = tuple(case(at, "+" if at < passing else "-", at % clusters) for at in range(cases))
    return evidence(goals=TARGET, columns=(column(passing, cases, passes=pass_rate(made)),))


def missed(**more: object) -> DecideEvidence:
    """Return evidence that misses the target."""
    return evidence(**{"goals": TARGET, "columns": (MISSED,), **more})


def tuned(
    counts: tuple[int, int, int, int],
    general: tuple[int, int, int, int] | None = None,
    refusal: tuple[int, int, int, int] | None = None,
) -> tuple[PairEvidence, ...]:
    """Return the pairs of a tuned model on the hold-out and the guard sets."""
    found = [pair("tuned", counts, challenger="L", title="LoRA")]
    if general is not None:
        found.append(pair("tuned", general, "general", challenger="L", title="LoRA"))
    if refusal is not None:
        found.append(pair("tuned", refusal, "refusal", challenger="L", title="LoRA"))
    return tuple(found)


HOLDS = (240, 2, 2, 6)
BETTER = (90, 15, 4, 11)


def returns(volume: float | None, costs: CostFigures, gain: float | None = None, **more: object) -> DecideEvidence:
    """Return the rich scenario with these figures of the return."""
    rich = scenarios.data_rich()
    goals = replace(rich.goals, volume=volume, costs=costs, gain_usd=gain)
    return replace(rich, goals=goals, **more)  # type: ignore[arg-type]


def judged(judge: JudgeEvidence | None, **more: object) -> DecideEvidence:
    """Return evidence that only a judge decides."""
    found = column(95, 100, by_rule=0, by_judge=100, judge_failed=5, **more)
    return evidence(goals=TARGET, columns=(found,), judges={} if judge is None else {"run-1": judge})


SAMPLED = pass_rate(case(at, "++-" if at < 60 else "+--") for at in range(100))
RETIRED = column(88, 100, key="B", model="acme-b", retires_on=date(2026, 11, 1))

BRANCHES: dict[str, tuple[DecideEvidence, dict[str, str]]] = {
    "nothing": (evidence(champion=""), {"F1": "few", "F4": "none", "F10": "untried", "F12": "unknown"}),
    "some cases": (evidence(columns=(column(7, 12),)), {"F1": "few", "F4": "few"}),
    "mostly unscored": (
        evidence(columns=(column(7, 12, unscored=88, format_only=1),)),
        {"F1": "few", "F6": "unknown"},
    ),
    "mostly unanswered": (evidence(columns=(column(7, 12, unanswered=88),)), {"F1": "few"}),
    "all unscored": (
        evidence(columns=(column(0, 1, passes=None, failed=0, by_rule=0, unscored=60),)),
        {"F1": "few", "F4": "none"},
    ),
    "too few unscored to be enough": (evidence(columns=(column(7, 12, unscored=7),)), {"F1": "few"}),
    "unclear and mostly unscored": (
        evidence(goals=TARGET, columns=(column(33, 40, unscored=60),)),
        {"F1": "enough", "F4": "unclear"},
    ),
    "unclear and mostly unanswered": (
        evidence(goals=TARGET, columns=(column(33, 40, "tuning", unanswered=60),)),
        {"F1": "enough", "F4": "unclear"},
    ),
    "answers of several samples": (
        missed(
            columns=(column(60, 100, passes=pass_rate(case(at, "++-" if at < 60 else "+--") for at in range(100))),)
        ),
        {"F4": "missed"},
    ),
    "another column than the champion": (evidence(champion="gone", columns=(column(90, 100),)), {"F1": "enough"}),
    "verdicts only": (
        evidence(verdicts=(VerdictEvidence(1, 2, 6, 2, 1, 9, "wording"),)),
        {"F1": "verdicts", "F4": "none", "F10": "few"},
    ),
    "verdicts and some cases": (
        evidence(verdicts=(VerdictEvidence(1, 2, 60, 20),), columns=(column(7, 12),)),
        {"F1": "verdicts", "F4": "few", "F10": "improving"},
    ),
    "verdicts of five kinds level": (
        evidence(verdicts=tuple(VerdictEvidence(1, at, 50, 50, kind=f"kind {at % 3}") for at in range(2, 7))),
        {"F1": "verdicts", "F10": "plateau"},
    ),
    "no target": (evidence(columns=(column(90, 100),)), {"F4": "no_target"}),
    "met": (evidence(goals=TARGET, columns=(column(190, 200),)), {"F4": "met", "F12": "unknown"}),
    "missed": (missed(), {"F4": "missed"}),
    "at the target": (evidence(goals=TARGET, columns=(column(900, 1000),)), {"F4": "level"}),
    "few clusters": (clustered(80, 100, 5), {"F4": "clusters"}),
    "few clusters without a target": (
        replace(clustered(80, 100, 5), goals=DecideGoals()),
        {"F4": "no_target"},
    ),
    "corrected": (
        judged(JudgeEvidence(60, 0.8, 0.1), corrected_passes=rate(80, 100)),
        {"F3": "measured", "F4": "missed"},
    ),
    "judge without rates": (judged(JudgeEvidence(60)), {"F3": "measured", "F4": "unclear"}),
    "judge known elsewhere": (judged(JudgeEvidence(60, 0.9, 0.1, is_elsewhere=True)), {"F3": "measured"}),
    "judge unmeasured": (judged(JudgeEvidence(10)), {"F3": "unmeasured", "F4": "unjudged"}),
    "judge measured roughly": (
        judged(JudgeEvidence(30, 0.8, 0.1), corrected_passes=rate(80, 100)),
        {"F3": "few", "F4": "unjudged"},
    ),
    "judge measured roughly where tuned": (
        evidence(
            goals=TARGET,
            columns=(column(95, 100, "tuning", by_rule=0, by_judge=100, judge_failed=5),),
            judges={"run-1": JudgeEvidence(49)},
        ),
        {"F3": "few", "F4": "unjudged"},
    ),
    "a roughly measured judge that makes no difference": (
        evidence(
            goals=TARGET,
            columns=(column(198, 200, by_judge=4, by_rule=196, judge_failed=2),),
            judges={"run-1": JudgeEvidence(20, 1.0, 0.0)},
        ),
        {"F3": "few", "F4": "met"},
    ),
    "judge that compares": (judged(JudgeEvidence(0, is_comparing=True)), {"F3": "comparing", "F4": "unjudged"}),
    "a judge and one rule": (
        evidence(goals=TARGET, columns=(column(119, 120, by_judge=119, by_rule=1, judge_failed=1),)),
        {"F3": "unmeasured", "F4": "unjudged"},
    ),
    "a judge that makes no difference": (
        evidence(goals=TARGET, columns=(column(198, 200, by_judge=4, by_rule=196, judge_failed=2),)),
        {"F3": "unmeasured", "F4": "met"},
    ),
    "a judge that cannot save it": (
        evidence(goals=TARGET, columns=(column(60, 100, by_judge=10, by_rule=90, judge_failed=5),)),
        {"F3": "unmeasured", "F4": "missed"},
    ),
    "a judge while it is open anyway": (
        evidence(goals=TARGET, columns=(column(86, 100, by_judge=2, by_rule=98, judge_failed=1),)),
        {"F3": "unmeasured", "F4": "unclear"},
    ),
    "judge and rules": (
        evidence(goals=TARGET, columns=(column(70, 100, by_judge=50, by_rule=50),)),
        {"F3": "unmeasured", "F4": "missed"},
    ),
    "overfitted": (
        evidence(goals=TARGET, columns=(column(96, 100, "tuning"), column(78, 100))),
        {"F5": "overfitted"},
    ),
    "not overfitted": (
        evidence(goals=TARGET, columns=(column(86, 100, "tuning"), column(84, 100))),
        {"F5": "none"},
    ),
    "tuned on only": (evidence(columns=(column(86, 100, "tuning"),), cases=CaseCounts(100)), {"F5": "no_holdout"}),
    "all pass everywhere": (
        evidence(goals=TARGET, columns=(column(100, 100, "tuning"), column(100, 100))),
        {"F4": "met", "F5": "none"},
    ),
    "valid format": (
        missed(columns=(column(70, 100, format_only=0, format_checked=100, format_valid=100),)),
        {"F6": "fine"},
    ),
    "few formats checked": (
        missed(columns=(column(70, 100, format_only=0, format_checked=1, format_valid=1),)),
        {"F6": "unknown"},
    ),
    "few formats checked, and many broken": (
        missed(columns=(column(70, 100, format_only=12, format_checked=15, format_valid=3),)),
        {"F6": "format"},
    ),
    "mostly valid format": (missed(columns=(column(70, 100, format_only=2),)), {"F6": "fine"}),
    "format with a schema": (
        missed(columns=(column(70, 100, format_only=20, schema_enforced=True),)),
        {"F6": "format"},
    ),
    "format with an unknown schema": (missed(columns=(column(70, 100, format_only=20),)), {"F6": "format"}),
    "schema that may not be enforced": (
        missed(versions=(VersionEvidence(1, "#1", has_schema=True),)),
        {"F6": "unknown"},
    ),
    "few stubborn": (missed(stubborn=StubbornEvidence(100, 4, 3, 2)), {"F7": "none"}),
    "stubborn unknown": (missed(stubborn=StubbornEvidence(100, None, 2, 2)), {"F7": "unknown"}),
    "stubborn": (missed(stubborn=StubbornEvidence(100, 20, 3, 2)), {"F7": "untested"}),
    "facts help": (missed(stubborn=StubbornEvidence(100, 20, 3, 2, ProbeEvidence(20, 15, 1))), {"F7": "knowledge"}),
    "facts do not help": (missed(stubborn=StubbornEvidence(100, 20, 3, 2, ProbeEvidence(20, 3, 1))), {"F7": "other"}),
    "one other model": (missed(pairs=(pair("model", (65, 5, 5, 25)),)), {"F8": "one"}),
    "better on the cases tuned on": (
        missed(
            columns=(column(70, 100, "tuning"),),
            pairs=(pair("model", (68, 20, 2, 10), "tuning"),),
            cases=CaseCounts(100, 50),
        ),
        {"F8": "better"},
    ),
    "better and proven": (
        missed(
            columns=(MISSED, column(98, 100, key="B", model="acme-b")),
            pairs=(pair("model", (69, 29, 1, 1), figures=figures(cost_usd=None)),),
        ),
        {"F8": "better"},
    ),
    "better but retired": (
        missed(columns=(MISSED, RETIRED), pairs=(pair("model", (68, 20, 2, 10)),)),
        {"F8": "one"},
    ),
    "cheaper model": (
        missed(
            columns=(column(70, 100, figures=figures(cost_usd=0.01)),),
            pairs=(pair("model", (67, 3, 3, 27), margin=0.1, figures=figures(cost_usd=0.004)),),
        ),
        {"F8": "cheaper"},
    ),
    "no better model": (missed(pairs=scenarios.OTHER_MODELS), {"F8": "none"}),
    "few samples": (missed(columns=(column(70, 100, samples=SampleFigures(3, 10, 9, 5)),)), {"F9": "few"}),
    "voted": (missed(columns=(column(70, 100, samples=SampleFigures(3, 100, 90, 70, True)),)), {"F9": "voted"}),
    "luck": (missed(columns=(column(70, 100, samples=SampleFigures(3, 100, 85, 70)),)), {"F9": "reach"}),
    "no luck": (missed(columns=(column(70, 100, samples=SampleFigures(3, 100, 74, 70)),)), {"F9": "none"}),
    "samples of another set": (
        missed(columns=(MISSED, column(70, 100, "tuning", samples=SampleFigures(3, 100, 85, 70)))),
        {"F9": "reach"},
    ),
    "one open try": (missed(tries=(attempt(16, 6, 160, "wording"),)), {"F10": "open"}),
    "open tries": (missed(tries=(attempt(10, 2, 100), attempt(3, 3, 120))), {"F10": "open"}),
    "tries of few cases": (missed(tries=(attempt(3, 1, 30),)), {"F10": "few"}),
    "stored champion": (
        missed(tries=(replace(attempt(3, 1, 200), result=TryResult("cannot_tell", "stored_champion")),)),
        {"F10": "few"},
    ),
    "improving": (scenarios.improving(), {"F10": "improving"}),
    "one kind": (scenarios.narrow_plateau(), {"F10": "one_kind", "F11": "untried"}),
    "plateau": (scenarios.few_rows(), {"F10": "plateau", "F11": "tried"}),
    "tries without a plateau": (
        replace(
            scenarios.few_rows(),
            tries=scenarios.few_rows().tries[:3],
            columns=(column(96, 120, samples=SampleFigures(3, 120, 98, 96)),),
        ),
        {"F10": "open", "F11": "tried"},
    ),
    "levers of other evidence": (
        missed(
            columns=(column(70, 100, effort="high", figures=figures(cached_tokens=900.0)),),
            pairs=(pair("lever", (69, 1, 1, 29), lever="shorter"),),
            optimiser=OptimiserEvidence(2, 0),
            versions=(VersionEvidence(7, "#7", has_example_slot=True),),
            tries=(attempt(3, 3, 120, version=7),),
        ),
        {"F11": "untried"},
    ),
    "no limits and no price": (
        missed(columns=(column(70, 100, figures=figures(cost_usd=None, p95_ms=1400.0)),)),
        {"F12": "fine"},
    ),
    "no limits": (missed(columns=(column(70, 100, figures=CALLS),)), {"F12": "fine"}),
    "caching unknown": (
        missed(columns=(column(70, 100, figures=replace(CALLS, cached_tokens=None)),)),
        {"F12": "fine"},
    ),
    "levelled off without a target": (replace(scenarios.few_rows(), goals=DecideGoals()), {"F10": "plateau"}),
    "levelled off by verdicts": (
        replace(scenarios.few_rows(), columns=(column(7, 12),), verdicts=(VerdictEvidence(1, 2, 6, 6),)),
        {"F1": "verdicts", "F10": "plateau", "F11": "tried"},
    ),
    "over budget without a saving": (
        evidence(
            goals=DecideGoals(0.9, volume=1e6, budget_usd=1000),
            columns=(column(190, 200, figures=figures(cost_usd=0.01)),),
        ),
        {"F12": "over"},
    ),
    "over budget with a cheaper model and batches": (
        evidence(
            goals=DecideGoals(0.9, volume=1e6, budget_usd=1000, costs=CostFigures(batch_share=0.5)),
            columns=(column(190, 200, figures=figures(cost_usd=0.01)),),
            pairs=(
                pair(
                    "model",
                    (186, 4, 4, 6),
                    margin=0.1,
                    figures=replace(CALLS, cost_usd=0.006, cached_tokens=None),
                ),
            ),
        ),
        {"F12": "over", "F8": "cheaper"},
    ),
    "hold-out ended before the target is settled": (
        evidence(goals=TARGET, columns=(column(33, 40),), cases=CaseCounts(120, ended_holdout=True)),
        {"F4": "unclear"},
    ),
    "over budget, what can wait is in batches": (
        evidence(
            goals=DecideGoals(0.9, volume=1e6, budget_usd=1000, costs=CostFigures(batch_share=0.5, batched_share=0.5)),
            columns=(column(190, 200, figures=CALLS),),
        ),
        {"F12": "over"},
    ),
    "over budget, batches only": (
        evidence(
            goals=DecideGoals(0.9, volume=1e6, budget_usd=1000, costs=CostFigures(batch_share=0.5)),
            columns=(column(190, 200, figures=replace(CALLS, stable_tokens=None)),),
        ),
        {"F12": "over"},
    ),
    "too slow": (
        evidence(goals=DecideGoals(0.9, p95_limit_ms=1000), columns=(column(190, 200, figures=CALLS),)),
        {"F12": "over"},
    ),
    "budget but no volume": (
        evidence(goals=DecideGoals(0.9, budget_usd=10), columns=(column(190, 200, figures=CALLS),)),
        {"F12": "unknown"},
    ),
    "limit but no time": (
        evidence(goals=DecideGoals(0.9, p95_limit_ms=900), columns=(column(190, 200, figures=figures()),)),
        {"F12": "unknown"},
    ),
    "near the limit": (
        evidence(goals=DecideGoals(0.9, p95_limit_ms=1500), columns=(column(190, 200, figures=CALLS),)),
        {"F12": "fine"},
    ),
    "free": (
        evidence(
            goals=DecideGoals(0.9, volume=1e6, budget_usd=1),
            columns=(column(190, 200, figures=figures(is_free=True, cost_usd=None), retires_on=date(2027, 3, 1)),),
        ),
        {"F12": "fine", "F4": "met"},
    ),
    "met where tuned": (
        evidence(goals=TARGET, columns=(column(190, 200, "tuning"),), cases=CaseCounts(200)),
        {"F4": "met", "F5": "no_holdout"},
    ),
    "met by a retiring model": (
        evidence(goals=TARGET, columns=(column(190, 200, retires_on=date(2027, 1, 14)),)),
        {"F4": "met"},
    ),
    "met by a model with a successor": (
        evidence(goals=TARGET, columns=(column(190, 200, retires_on=date(2027, 1, 14), successor="acme-next"),)),
        {"F4": "met"},
    ),
    "met by a retired model": (
        evidence(goals=TARGET, columns=(column(190, 200, retires_on=date(2026, 10, 14)),)),
        {"F4": "met"},
    ),
    "rows to try": (missed(training=TrainingEvidence(60)), {"F13": "try", "F2": "agree"}),
    "few pairs": (missed(training=TrainingEvidence(60, pairs=499)), {"F13": "try"}),
    "pairs to try": (missed(training=TrainingEvidence(60, pairs=500)), {"F13": "try"}),
    "usual pairs": (missed(training=TrainingEvidence(60, pairs=1000)), {"F13": "try"}),
    "usual rows": (missed(training=TrainingEvidence(200, 0, 3, smallest_tag=3)), {"F13": "usual", "F2": "agree"}),
    "contradictions": (scenarios.contradictory(), {"F2": "disagree", "F13": "usual"}),
    "nobody": (
        replace(scenarios.data_rich(), goals=replace(scenarios.data_rich().goals, can_train=False)),
        {"F14": "no_people"},
    ),
    "no route allowed": (
        replace(scenarios.data_rich(), goals=replace(scenarios.data_rich().goals, has_gpu=False, routes=())),
        {"F14": "no_choice"},
    ),
    "closed route": (
        replace(scenarios.data_rich(), goals=replace(scenarios.data_rich().goals, has_gpu=False, routes=("cohere",))),
        {"F14": "no_route"},
    ),
    "route that has closed": (
        replace(
            scenarios.data_rich(),
            today=date(2027, 2, 1),
            goals=replace(scenarios.data_rich().goals, has_gpu=False, routes=("openai",)),
        ),
        {"F14": "no_route"},
    ),
    "base model retires": (
        replace(scenarios.data_rich(), goals=replace(scenarios.data_rich().goals, has_gpu=False, routes=("openai",))),
        {"F14": "short"},
    ),
    "route that closes": (
        replace(
            scenarios.data_rich(),
            today=date(2026, 10, 1),
            goals=replace(scenarios.data_rich().goals, routes=("azure_gpt", "together"), has_gpu=None),
        ),
        {"F14": "holds"},
    ),
    "people unknown": (missed(), {"F14": "holds"}),
    "pays": (returns(4e6, CostFigures(fixed_usd=12_000)), {"F15": "pays"}),
    "near": (scenarios.data_rich(), {"F15": "near"}),
    "does not pay": (returns(1e5, CostFigures(fixed_usd=12_000)), {"F15": "no"}),
    "does not pay at least": (returns(1e5, CostFigures()), {"F15": "no"}),
    "only a bound": (returns(4e6, CostFigures(training_usd=1.0, epochs=2)), {"F15": "unknown"}),
    "work known": (returns(4e6, WORK), {"F15": "pays"}),
    "retrained": (returns(4e6, replace(WORK, retraining_per_year=4.0, tests_usd=5.0, months=6.0)), {"F15": "pays"}),
    "never": (returns(1e6, CostFigures(fixed_usd=1000, call_usd=0.01)), {"F15": "never"}),
    "valued": (returns(1e6, CostFigures(fixed_usd=12_000), 50_000), {"F15": "valued"}),
    "volume unknown": (returns(None, CostFigures(fixed_usd=12_000)), {"F15": "unknown"}),
    "own hit rate": (returns(4e6, CostFigures(fixed_usd=12_000, hit_rate=0.5)), {"F15": "pays"}),
    "no time left": (returns(4e6, CostFigures(fixed_usd=12_000, months=0.0)), {"F15": "unknown"}),
    "tokens of a tuned model": (
        replace(
            returns(4e6, WORK),
            goals=replace(returns(4e6, WORK).goals, has_gpu=False, routes=("tinker",)),
        ),
        {"F15": "pays"},
    ),
    "prices of a route unknown": (
        replace(
            returns(4e6, WORK),
            goals=replace(returns(4e6, WORK).goals, has_gpu=False, routes=("google",)),
        ),
        {"F15": "unknown"},
    ),
    "tuned on few cases": (missed(pairs=tuned((20, 8, 1, 1))), {"F16": "few"}),
    "tuned worse": (missed(pairs=tuned((60, 2, 20, 18))), {"F16": "worse"}),
    "tuned the same": (scenarios.tuned_without_gain(), {"F16": "same"}),
    "tuned and holding": (
        missed(columns=(column(94, 120),), pairs=tuned(BETTER, HOLDS, HOLDS)),
        {"F16": "better", "F15": "unknown"},
    ),
    "tuned but unpaid": (
        replace(returns(1e5, CostFigures(fixed_usd=12_000)), pairs=tuned(BETTER, HOLDS, HOLDS)),
        {"F16": "better", "F15": "no"},
    ),
    "tuned and forgetting": (scenarios.tuned_forgets(), {"F16": "drops"}),
    "tuned and unguarded": (missed(pairs=tuned(BETTER, HOLDS)), {"F16": "open"}),
    "tuned and hardly guarded": (
        missed(pairs=tuned(BETTER, (50, 3, 5, 2), (120, 5, 8, 7)), columns=(column(94, 120, figures=figures()),)),
        {"F16": "open"},
    ),
    "tuned on the cases looked at": (
        missed(pairs=(pair("tuned", (60, 25, 2, 13), "tuning", challenger="L", title="LoRA"),)),
        {"F16": "few"},
    ),
    "unclear and partly untested": (
        evidence(goals=TARGET, columns=(column(33, 40),), cases=CaseCounts(80, 50, untried=14, untried_holdout=10)),
        {"F4": "unclear"},
    ),
    "tuned beside another model only": (
        missed(columns=(MISSED, column(60, 100, key="L", title="LoRA", model="ft:acme", adapter="ft:acme"))),
        {"F16": "few"},
    ),
    "training with few hold-out cases of it": (
        replace(scenarios.data_rich(), pairs=(*scenarios.OTHER_MODELS, pair("tuned", (20, 8, 1, 1), challenger="L"))),
        {"F16": "few", "F10": "plateau"},
    ),
    "clustered pair": (
        missed(pairs=(replace(pair("model", (65, 5, 5, 25)), passes=passes(compared(5, 1, 1, 2))),)),
        {"F8": "one"},
    ),
    "versions over time": (
        missed(
            columns=(MISSED, column(60, 100, key="v3 acme-large", version=3), column(55, 100, key="x", version=2)),
            versions=(VersionEvidence(3, "#3"),),
        ),
        {"F4": "missed"},
    ),
    **{
        made.__name__: (made(), {})
        for made in (
            scenarios.almost_empty,
            scenarios.good_enough,
            scenarios.straddling,
            scenarios.broken_format,
            scenarios.missing_knowledge,
            scenarios.better_model,
            scenarios.too_dear,
        )
    },
}

__all__ = ["BRANCHES", "CHAMPION"]
