"""Evidence made by hand for tests of Decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.core.statistics.made import column as results
from tests.core.statistics.made import compared, passes
from workbench.core.decide.decide import decide
from workbench.core.decide.decision import Decision, Finding
from workbench.core.decide.evidence import (
    CallFigures,
    ColumnEvidence,
    DecideEvidence,
    EvidenceSet,
    PairEvidence,
    PairRole,
    TokenPrices,
    TryEvidence,
)
from workbench.core.decide.rules import decide_rules
from workbench.core.statistics.columns import PassRate, pass_rate
from workbench.core.statistics.stopping import settle

TODAY = date(2026, 11, 28)
CHAMPION = "v4 acme-large"
PRICES = TokenPrices(1.0, 5.0, 0.1, source="LiteLLM's price list", read_on=TODAY)


def rate(passing: int, cases: int) -> PassRate:
    """Return the pass rate of independent cases."""
    found = pass_rate(results("A", "+" * passing + "-" * (cases - passing)).cases)
    assert found is not None
    return found


def column(passing: int, cases: int, set_name: EvidenceSet = "holdout", **more: Any) -> ColumnEvidence:
    """Return a column of the champion, checked by rule."""
    known: dict[str, Any] = {
        "key": CHAMPION,
        "title": "version 4",
        "version": 4,
        "model": "acme-large",
        "set_name": set_name,
        "passes": rate(passing, cases),
        "failed": cases - passing,
        "by_rule": cases,
        "run_uids": ("run-1",),
    }
    return ColumnEvidence(**{**known, **more})


def pair(
    role: PairRole, counts: tuple[int, int, int, int], set_name: EvidenceSet = "holdout", **more: Any
) -> PairEvidence:
    """Return a pair with these numbers of both, fixed, broke and neither."""
    known: dict[str, Any] = {"challenger": "B", "title": "Model B", "model": "acme-b", "run_uids": ("run-2",)}
    return PairEvidence(
        role=role, champion=CHAMPION, set_name=set_name, passes=passes(compared(*counts)), **{**known, **more}
    )


def attempt(fixed: int, broke: int, cases: int, kind: str = "wording", **more: Any) -> TryEvidence:
    """Return a complete try that fixes and breaks so many cases, judged by the stopping rule."""
    rest = cases - fixed - broke
    both = round(0.78 * cases) - broke
    found = passes(compared(both, fixed, broke, rest - both))
    known: dict[str, Any] = {
        "number": 1,
        "challenger": "version 5",
        "set_name": "holdout",
        "difference": found.difference,
        "run_uids": ("run-3",),
    }
    state = settle(found, is_champion_fresh=True)
    return TryEvidence(kind=kind, result=state, margin=0.1, cases=cases, fixed=fixed, broke=broke, **{**known, **more})


def evidence(**more: Any) -> DecideEvidence:
    """Return the evidence of a prompt on the day of the rules."""
    return replace(DecideEvidence("p1", TODAY, CHAMPION), **more)


def decided(given: DecideEvidence) -> Decision:
    """Return the decision by the rules of the product."""
    return decide(given, decide_rules())


def finding(decision: Decision, name: str) -> Finding:
    """Return a finding by its id."""
    return next(one for one in decision.findings if one.id == name)


def figures(**more: Any) -> CallFigures:
    """Return the figures of 100 calls."""
    known: dict[str, Any] = {"calls": 100, "cost_usd": 0.002, "calls_per_minute": 20.0}
    return CallFigures(**{**known, **more})
