"""The test settings of a prompt: checks for all cases, columns, samples, budget and judge.

Invariant: `SuiteSettings.from_json(settings.to_json()) == settings`. A missing key has its default; a key with an
invalid value raises ValueError.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.core.cases import Check, check_from_json, check_to_json
from workbench.core.lanes import MOST_SAMPLES, Lane, slots_apart

MOST_COLUMNS = 40
MOST_REPEATS = 20
"""Maximum number of times that a judge is asked the same."""


@dataclass(frozen=True, slots=True)
class SuiteBudget:
    """Hard limits of one test run: dollars, calls, minutes; None for no limit."""

    usd: float | None = None
    calls: int | None = None
    minutes: float | None = None

    def to_json(self) -> dict[str, float | int]:
        """Return the limits that are set."""
        limits = {"usd": self.usd, "calls": self.calls, "minutes": self.minutes}
        return {name: limit for name, limit in limits.items() if limit is not None}

    @classmethod
    def from_json(cls, data: object) -> SuiteBudget:
        """Read `to_json` back. Raises ValueError with a sentence."""
        if not isinstance(data, Mapping):
            raise ValueError("The budget of these tests is not an object.")
        calls = _limit(data, "calls")
        return cls(_limit(data, "usd"), None if calls is None else int(calls), _limit(data, "minutes"))


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """Who evaluates judged checks: the judge model, the model that turns texts into vectors, None for none, and how
    often the judge is asked the same (1 to MOST_REPEATS).

    A judge that `decides` is asked as a decision model: some models can be asked either way, and an address says
    nothing about its models.
    """

    lane: Lane | None = None
    embedding: Lane | None = None
    repeats: int = 1
    decides: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the stored form, without defaults."""
        lanes = {"lane": self.lane, "embedding": self.embedding}
        data: dict[str, Any] = {name: lane.to_json() for name, lane in lanes.items() if lane is not None}
        if self.repeats != 1:
            data["repeats"] = self.repeats
        return {**data, "decides": True} if self.decides else data

    @classmethod
    def from_json(cls, data: object) -> JudgeSettings:
        """Read `to_json` back. Raises ValueError with a sentence."""
        if not isinstance(data, Mapping):
            raise ValueError("The judge of these tests is not an object.")
        lane, embedding = (
            None if data.get(name) is None else Lane.from_json(data[name]) for name in ("lane", "embedding")
        )
        repeats = data.get("repeats", 1)
        if type(repeats) is not int:
            raise ValueError("The repeats of the judge of these tests are not a number.")
        decides = data.get("decides", False)
        if type(decides) is not bool:
            raise ValueError("Whether the judge of these tests is a decision model is neither true nor false.")
        return cls(lane, embedding, max(1, min(MOST_REPEATS, repeats)), decides)


@dataclass(frozen=True, slots=True)
class SuiteSettings:
    """How the cases of a prompt are tested.

    `checks` apply to every case, before its own checks; `threshold` is the minimum score of a case without one of its
    own. `columns` are lanes: a pinned version, or None for the current text, with a model and parameters. `baseline` is
    the slot of the column that the others are compared with, "" for the first. `samples` is the number of answers per
    case and column. `difference` is the difference in pass rate that matters to the person, and `margin` how much worse
    a cheaper column may be; both as fractions. `no_worse` are the slots of the columns that are tested for that, `vote`
    of those that answer a case by the most frequent of their samples (`core.testing.vote`). `salt`
    assigns later cases to the hold-out by hash, "" while there is none. `guards` are the uids of prompts whose cases
    are tested on the same models, in the order they were added; one of them may not exist (any more) in this history.
    `judge` evaluates the checks that no rule can.
    """

    checks: tuple[Check, ...] = ()
    threshold: float | None = None
    columns: tuple[Lane, ...] = ()
    baseline: str = ""
    samples: int = 1
    budget: SuiteBudget = field(default_factory=SuiteBudget)
    difference: float = 0.1
    margin: float = 0.05
    salt: str = ""
    no_worse: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    judge: JudgeSettings = field(default_factory=JudgeSettings)
    vote: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the stored form, without defaults."""
        data: dict[str, Any] = {
            "checks": [check_to_json(check) for check in self.checks],
            "threshold": self.threshold,
            "columns": [lane.to_json() for lane in self.columns],
            "baseline": self.baseline,
            "samples": self.samples,
            "budget": self.budget.to_json(),
            "difference": self.difference,
            "margin": self.margin,
            "salt": self.salt,
            "no_worse": list(self.no_worse),
            "guards": list(self.guards),
            "judge": self.judge.to_json(),
            "vote": list(self.vote),
        }
        return {name: value for name, value in data.items() if value != _DEFAULTS[name]}

    @classmethod
    def from_json(cls, data: object) -> SuiteSettings:
        """Read `to_json` back. Raises ValueError with a sentence (CaseError for a check)."""
        if not isinstance(data, Mapping):
            raise ValueError("The test settings of this prompt are not an object.")
        checks, columns = data.get("checks", []), data.get("columns", [])
        if not isinstance(checks, list) or not isinstance(columns, list) or len(columns) > MOST_COLUMNS:
            raise ValueError(
                f"The checks or columns of these tests are not a list, or more than {MOST_COLUMNS} columns."
            )
        samples, baseline, salt = data.get("samples", 1), data.get("baseline", ""), data.get("salt", "")
        if type(samples) is not int or not isinstance(baseline, str) or not isinstance(salt, str):
            raise ValueError("The samples, baseline or hold-out of these tests are invalid.")
        no_worse, vote = data.get("no_worse", []), data.get("vote", [])
        for slots, what in ((no_worse, "may not be worse"), (vote, "vote")):
            if not isinstance(slots, list) or not all(isinstance(slot, str) for slot in slots):
                raise ValueError(f"The columns of these tests that {what} are not a list of names.")
        guards = data.get("guards", [])
        if not isinstance(guards, list) or not all(isinstance(one, str) for one in guards):
            raise ValueError("The guard sets of these tests are not a list of prompts.")
        difference, margin = _fraction(data, "difference", 0.1), _fraction(data, "margin", 0.05)
        return cls(
            checks=tuple(check_from_json(one, f"Check {number}") for number, one in enumerate(checks, start=1)),
            threshold=_limit(data, "threshold"),
            columns=slots_apart(Lane.from_json(lane) for lane in columns),
            baseline=baseline,
            samples=max(1, min(MOST_SAMPLES, samples)),
            budget=SuiteBudget.from_json(data.get("budget", {})),
            difference=difference,
            margin=margin,
            salt=salt,
            no_worse=tuple(no_worse[:MOST_COLUMNS]),
            guards=tuple(dict.fromkeys(guards)),
            judge=JudgeSettings.from_json(data.get("judge", {})),
            vote=tuple(vote[:MOST_COLUMNS]),
        )


_DEFAULTS: Mapping[str, Any] = {
    "checks": [],
    "threshold": None,
    "columns": [],
    "baseline": "",
    "samples": 1,
    "budget": {},
    "difference": 0.1,
    "margin": 0.05,
    "salt": "",
    "no_worse": [],
    "guards": [],
    "judge": {},
    "vote": [],
}


def _limit(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError(f"The {name} of these tests is not a number of 0 or more.")
    return value


def _fraction(data: Mapping[str, Any], name: str, default: float) -> float:
    value = _limit(data, name)
    if value is not None and not 0 < value < 1:
        raise ValueError(f"The {name} of these tests is not between 0 and 1.")
    return default if value is None else value
