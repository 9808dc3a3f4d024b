"""What a person answers once for a prompt: the goals, the people and routes, and their own figures of costs.

Invariant: every answer is optional. None means "unknown" or "not answered yet", and is never read as no or as 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CostFigures:
    """A person's own figures of training and serving a tuned model; they take precedence over the dated price data.

    `training_usd` is per million trained tokens; `hosting_usd` per month for all replicas; `fixed_usd` the whole sum
    spent once, which replaces labelling, engineering, training and tests. `call_usd` is the cost of one call of the
    tuned model, `tuned_input_tokens` the length of its shorter prompt. `months` is how long the base model lives.
    `hit_rate` and `batch_share` are the expected share of cache hits and of calls that can wait, as fractions;
    `batched_share` is the share of the calls that go into batches today, which no history shows.
    `retraining_per_year` times the fixed cost of training is added to a month.
    """

    training_usd: float | None = None
    epochs: int | None = None
    hosting_usd: float | None = None
    fixed_usd: float | None = None
    labelling_hours: float | None = None
    engineering_hours: float | None = None
    hourly_usd: float | None = None
    tests_usd: float | None = None
    call_usd: float | None = None
    tuned_input_tokens: float | None = None
    months: float | None = None
    hit_rate: float | None = None
    batch_share: float | None = None
    batched_share: float | None = None
    retraining_per_year: float | None = None


@dataclass(frozen=True, slots=True)
class DecideGoals:
    """The questions asked once.

    `target` is the pass rate that is wanted and `margin` the gain that matters, both fractions. `volume` is calls a
    month, `budget_usd` US dollars a month, `p95_limit_ms` the longest acceptable 95th percentile of the total time.
    `gain_usd` is what reaching the target is worth a month. `routes` are the ids of training routes that are allowed
    (`resources/decide/routes.yml`): None if not answered, empty if none is.
    """

    target: float | None = None
    margin: float | None = None
    volume: float | None = None
    budget_usd: float | None = None
    p95_limit_ms: float | None = None
    gain_usd: float | None = None
    can_label: bool | None = None
    can_train: bool | None = None
    can_serve: bool | None = None
    has_gpu: bool | None = None
    routes: tuple[str, ...] | None = None
    costs: CostFigures = field(default_factory=CostFigures)
