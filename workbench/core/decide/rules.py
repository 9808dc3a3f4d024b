"""The rules of Decide as data: thresholds, questions, wording, the decision table, levers, routes and sources.

Invariant: `resources/decide` is the only place of these facts: `rules.yml`, and `routes.yml` for what changes with the
market. They come with the product, and a part that is missing in them is an error of the product (KeyError), not of the
evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from workbench.core import yaml12
from workbench.core.decide.decision import Action, DecideSource, DecisionCode, RowId
from workbench.core.decide.evidence import EvidenceSet

_PACKAGE = Path(__file__).resolve().parents[2]
# In a checkout, resources are beside the package; in a wheel, inside it.
_ROOTS = (_PACKAGE / "resources" / "decide", _PACKAGE.parent / "resources" / "decide")

RouteOpening = Literal["yes", "no", "existing"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The numbers that the findings compare with; shares and differences are fractions."""

    fewest_cases: int
    fewest_verdicts: int
    contradictions: float
    judge_labels: int
    high_cases: int
    significance: float
    format_share: float
    stubborn_cases: int
    stubborn_share: float
    stubborn_versions: int
    stubborn_models: int
    probe_share: float
    other_models: int
    samples: int
    luck: float
    margin: float
    hand_tries: int
    examples: int
    tuned_cases: int
    guard_loss: float
    guard_cases: int
    rows_to_try: int
    rows_usual: int
    rows_good: int
    pairs_to_try: int
    pairs_usual: int
    base_months: int
    return_factor: float
    hopeless_cases: int
    near_share: float
    hit_rate: float
    levelling_tries: int
    most_steps: int
    holdout_from: int


@dataclass(frozen=True, slots=True)
class FindingRule:
    """A question F1 to F16: its row on the page, its rule in words, and its sources."""

    id: str
    row: RowId
    question: str
    rule: str
    sources: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRule:
    """A row of the decision table; `reasons` are the ids of the findings that are quoted.

    `decides` are those whose confidence is that of the headline, `steps` the ids of those that it asks for.
    """

    row: int
    code: DecisionCode
    when: str
    reasons: tuple[str, ...]
    decides: tuple[str, ...]
    sources: tuple[int, ...] = ()
    steps: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class LeverRule:
    """A lever: the keys that count as a try of it, its group of required levers ("" for none), and what is known."""

    id: str
    title: str
    techniques: frozenset[str]
    published: str
    sources: tuple[int, ...]
    group: str = ""
    explanation: str = ""
    action: Action | None = None
    is_cost: bool = False


@dataclass(frozen=True, slots=True)
class LeverGroup:
    """A group of levers of which one is required: its short title, and what counts in full."""

    title: str
    rule: str


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A model that a route trains; `retires_on` is None without a known date. `is_any` if the person chooses it."""

    name: str
    retires_on: date | None = None
    is_any: bool = False


@dataclass(frozen=True, slots=True)
class RouteRule:
    """A training route with its dated prices in USD: training per million tokens, hosting per hour, serving per token.

    `input_usd` and `output_usd` are per million tokens. `is_server` if calls cost nothing beside the server, up to its
    capacity. A price is None if it is not known. Prices are of the day `priced_on`, all else of `read_on`.
    """

    id: str
    title: str
    opening: RouteOpening
    read_on: date
    priced_on: date
    sources: tuple[int, ...]
    is_own: bool = False
    is_server: bool = False
    open_until: date | None = None
    base_models: tuple[BaseModel, ...] = ()
    training_usd: float | None = None
    training_note: str = ""
    hosting_usd_hour: float | None = None
    hosting_note: str = ""
    input_usd: float | None = None
    output_usd: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class CostDefaults:
    """What is assumed where neither the person nor a price list says anything."""

    batch: float
    minimum_prefix: int
    epochs: int


@dataclass(frozen=True, slots=True)
class DoneWhen:
    """When a step is done: once `finding` has one of `states`, a `lever` or one of a `group` of levers is tried, or a
    `rule` of this name holds (`done_steps`); exactly one of the four is given.

    `entered` if the person's figures show it, not the history. `rare` steps are listed only where they are needed.
    """

    finding: str = ""
    states: frozenset[str] = frozenset()
    lever: str = ""
    group: str = ""
    rule: str = ""
    entered: bool = False
    rare: bool = False


@dataclass(frozen=True, slots=True)
class StepWords:
    """The wording of a step of the experiment: patterns of its title, sentence and outcomes (when, means).

    `done` is its title once the history shows that it is done.
    """

    title: str
    sentence: str
    outcomes: tuple[tuple[str, str], ...]
    done: str


@dataclass(frozen=True, slots=True)
class DecideRules:
    """All rules. `words` are patterns by key, `sets` the names of the sets of cases.

    `answers` are words that are shown instead of the word of a finding, by its id and its state or word.
    """

    date: str
    thresholds: Thresholds
    rows: Mapping[RowId, str]
    findings: Mapping[str, FindingRule]
    table: Mapping[int, TableRule]
    levers: tuple[LeverRule, ...]
    groups: Mapping[str, LeverGroup]
    words: Mapping[str, str]
    answers: Mapping[str, str]
    sets: Mapping[EvidenceSet, Mapping[str, str]]
    steps: Mapping[str, StepWords]
    done: Mapping[str, DoneWhen]
    routes: tuple[RouteRule, ...]
    routes_date: str
    defaults: CostDefaults
    sources: Mapping[int, DecideSource]

    def say(self, key: str, **values: object) -> str:
        """Return a sentence with its values filled in."""
        return self.words[key].format(**values)

    def at(self, set_name: EvidenceSet) -> str:
        """Return where a result was measured, such as "on the hold-out"."""
        return self.sets[set_name]["at"]

    def cases(self, set_name: EvidenceSet) -> str:
        """Return the plural of the cases of a set, such as "hold-out cases"."""
        return self.sets[set_name]["cases"]


@cache
def decide_rules() -> DecideRules:
    """Return the rules that come with the product; they never change while the program runs."""
    rules, routes = _read("rules"), _read("routes")
    return DecideRules(
        date=rules["date"],
        thresholds=Thresholds(**rules["thresholds"]),
        rows=rules["rows"],
        findings={
            name: FindingRule(name, row["row"], row["question"], row["rule"], tuple(row.get("sources", ())))
            for name, row in rules["findings"].items()
        },
        table={
            row["row"]: TableRule(
                row["row"],
                row["code"],
                row["when"],
                tuple(row["reasons"]),
                tuple(row["decides"]),
                tuple(row.get("sources", ())),
                frozenset(row.get("steps", ())),
            )
            for row in rules["table"]
        },
        levers=tuple(map(_lever, rules["levers"])),
        groups={name: LeverGroup(row["title"], row["rule"]) for name, row in rules["groups"].items()},
        words=rules["words"],
        answers=rules["answers"],
        sets=rules["sets"],
        steps={
            name: StepWords(
                row["title"], row["sentence"], tuple((when, means) for when, means in row["outcomes"]), row["done"]
            )
            for name, row in rules["steps"].items()
        },
        done={
            name: DoneWhen(**{**row, "states": frozenset(row.get("states", ()))}) for name, row in rules["done"].items()
        },
        routes=tuple(map(_route, routes["routes"])),
        routes_date=routes["date"],
        defaults=CostDefaults(
            routes["defaults"]["batch"], routes["defaults"]["minimum_prefix"], routes["defaults"]["epochs"]
        ),
        sources={
            row["number"]: DecideSource(row["number"], row["title"], row["address"], row["date"])
            for row in rules["sources"]
        },
    )


def _read(name: str) -> Any:
    path = next(file for root in _ROOTS if (file := root / f"{name}.yml").exists())
    return yaml12.read_yaml(path.read_text(encoding="utf-8")).value


def _lever(row: Mapping[str, Any]) -> LeverRule:
    action = row.get("action")
    return LeverRule(
        row["id"],
        row["title"],
        frozenset(row["techniques"]),
        row["published"],
        tuple(row["sources"]),
        row.get("group", ""),
        row.get("explanation", ""),
        None
        if action is None
        else Action(action["kind"], action["label"], action.get("argument", ""), count=action.get("count")),
        row.get("is_cost", False),
    )


def _route(row: Mapping[str, Any]) -> RouteRule:
    serving = row.get("serving", {})
    return RouteRule(
        id=row["id"],
        title=row["title"],
        opening=row["open"],
        read_on=date.fromisoformat(row["read_on"]),
        priced_on=date.fromisoformat(row.get("priced_on", row["read_on"])),
        sources=tuple(row["sources"]),
        is_own=row.get("is_own", False),
        is_server=row.get("is_server", False),
        open_until=_day(row.get("open_until")),
        base_models=tuple(
            BaseModel(one["name"], _day(one.get("retires_on")), one.get("any", False))
            for one in row.get("base_models", ())
        ),
        training_usd=row.get("training_usd"),
        training_note=row.get("training_note", ""),
        hosting_usd_hour=row.get("hosting_usd_hour"),
        hosting_note=row.get("hosting_note", ""),
        input_usd=serving.get("input"),
        output_usd=serving.get("output"),
        note=row.get("note", ""),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
