"""The stored forms of the result of a check, apart from its state, score and reason, and of thresholds.

Invariant: `result_of(state, score, reason, detail_text(result)) == result`, except for lone surrogates, which become
U+FFFD. A damaged detail is left out.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from workbench.core.checks.check_result import CheckResult, CheckState, MetricScore, Span
from workbench.core.json_parts import load
from workbench.store.encoding import dump, received
from workbench.store.safe_records import as_text

_STATES = frozenset(get_args(CheckState))
_ALL = "all"


def detail_text(result: CheckResult) -> str:
    """Return where and why as JSON, "" for nothing."""
    detail = _detail(result)
    return dump(detail) if detail else ""


def _detail(result: CheckResult) -> dict[str, Any]:
    detail: dict[str, Any] = {}
    if result.place is not None:
        detail["place"] = list(result.place)
    for name in ("expected", "found"):
        if (text := getattr(result, name)) is not None:
            detail[name] = received(text)
    if result.parts:
        detail["parts"] = [
            {"state": part.state, "score": part.score, "reason": received(part.reason), **_detail(part)}
            for part in result.parts
        ]
    if result.metrics:
        detail["metrics"] = [[received(metric.name), metric.score, metric.weight] for metric in result.metrics]
    return detail


def result_of(state: object, score: object, reason: object, detail: object) -> CheckResult:
    """Return a result from its columns; an unknown state is unscored."""
    try:
        found = load(detail) if isinstance(detail, str) and detail else {}
    except (ValueError, RecursionError):
        found = {}
    return _result(state, score, reason, found if isinstance(found, dict) else {})


def _result(state: object, score: object, reason: object, detail: dict[str, Any]) -> CheckResult:
    known: Any = state if isinstance(state, str) and state in _STATES else "unscored"
    expected, found = detail.get("expected"), detail.get("found")
    has_both = isinstance(expected, str) and isinstance(found, str)
    parts, metrics = detail.get("parts"), detail.get("metrics")
    return CheckResult(
        known,
        float(score) if isinstance(score, int | float) and known != "unscored" else None,
        as_text(reason),
        _place(detail.get("place")),
        expected if has_both else None,
        found if has_both else None,
        tuple(
            _result(part.get("state"), part.get("score"), part.get("reason"), part)
            for part in (parts if isinstance(parts, list) else ())
            if isinstance(part, dict)
        ),
        tuple(
            MetricScore(*metric)
            for metric in (metrics if isinstance(metrics, list) else ())
            if isinstance(metric, list) and len(metric) == 3 and isinstance(metric[0], str) and _are_numbers(metric[1:])
        ),
    )


def threshold_text(threshold: float | Literal["as tested"] | None) -> str:
    """Return the stored form of the threshold of a scored cell."""
    return "" if threshold == "as tested" else _ALL if threshold is None else repr(float(threshold))


def threshold_of(text: str) -> float | Literal["as tested"] | None:
    """Read `threshold_text` back; anything else is "as tested"."""
    if text == _ALL:
        return None
    try:
        return float(text)
    except ValueError:
        return "as tested"


def _place(value: object) -> Span | None:
    if isinstance(value, list) and len(value) == 2 and all(type(one) is int for one in value):
        return value[0], value[1]
    return None


def _are_numbers(values: list[object]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
