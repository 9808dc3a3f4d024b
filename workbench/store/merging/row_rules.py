"""What the columns of a row may contain; holds untrusted rows to what this program writes itself.

Invariant: a row that passes can be listed, searched, counted, ranked, merged and painted. The STRICT tables check types
and missing values; the rules check what types cannot express.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, get_args

from workbench.core.cases import case_from_json, check_from_json
from workbench.core.checks.check_result import CheckState
from workbench.core.dates import is_stored
from workbench.core.json_parts import load
from workbench.core.lanes import EndpointKind, Params
from workbench.core.money import UsageSource
from workbench.core.runs import OutputState, RowVerdict, RunKind, StepKind, VerdictKind
from workbench.core.statistics.results import CellState
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import CaseSetName
from workbench.core.testing.settings import SuiteSettings
from workbench.store.encoding import digest
from workbench.store.judging.records import LABEL_PICKS, LABEL_STATES
from workbench.store.runs import damaged_drafts, versions
from workbench.store.safe_records import MOST_COUNT, dollars

_MOST_NAME, _MOST_LINE, _MOST_NOTE = 2_000, 20_000, 1_000_000
_MOST_PLACES = 10_000_000
_MOST_SAMPLES = 1_000_000
_HASH, _CELL = re.compile(r"[0-9a-f]{64}"), re.compile(r"(?:[0-9a-f]{32})?")

_WORDS = {"params": "its parameters", "body": "its content", "uid": "its id", "at": "its position"}
"""Display names of some columns."""

Row = Mapping[str, object]
Rule = Callable[[object], str]
"""Returns what is wrong with a value, in a few words, "" for nothing."""


def trouble(table: str, row: Row) -> str:
    """Return what is wrong with a row, in a few words, "" for nothing. NULL always passes."""
    rules = _RULES.get(table, {})
    for column, value in row.items():
        if value is None:
            continue
        rule = rules.get(column) or _EVERYWHERE.get(column)
        if rule is not None and (wrong := rule(value)):
            return f"{_WORDS.get(column, column.replace('_', ' '))} {wrong}"
    whole = _WHOLE_ROWS.get(table)
    return whole(row) if whole is not None else ""


def _text(most: int, least: int = 0) -> Rule:
    def rule(value: object) -> str:
        if not isinstance(value, str):
            return "is not text"
        if len(value) < least:
            return "is empty"
        return f"has more than {most:,} characters" if len(value) > most else ""

    return rule


def _identity(value: object) -> str:
    """Check a uid, which is used in lists, commands and file names."""
    wrong = _text(200, 1)(value)
    if not wrong and not (str(value).isprintable() and set(str(value)).isdisjoint("/\\")):
        return "is not a valid id"
    return wrong


def _moment(value: object) -> str:
    return "" if isinstance(value, str) and is_stored(value) else "is not a valid time"


def _one_of(*known: str) -> Rule:
    names = frozenset(known)

    def rule(value: object) -> str:
        return "" if value in names else "is unknown"

    return rule


def _whole(least: int, most: int) -> Rule:
    def rule(value: object) -> str:
        is_in = isinstance(value, int) and least <= value <= most
        return "" if is_in else f"is not a number from {least} to {most}"

    return rule


def _dollars(value: object) -> str:
    return "is not a valid amount" if dollars(value) is None else ""


def _json(kind: type | None = None) -> Rule:
    def rule(value: object) -> str:
        try:
            found = load(value) if isinstance(value, str) else b""
        except (ValueError, RecursionError):
            return "cannot be read"
        return "" if kind is None or isinstance(found, kind) else "has an unknown form"

    return rule


def _params(value: object) -> str:
    try:
        Params.from_json(load(str(value)))
    except (ValueError, RecursionError):
        return "cannot be read"
    return ""


def _values(value: object) -> str:
    try:
        found = load(str(value))
    except (ValueError, RecursionError):
        return "cannot be read"
    is_sound = isinstance(found, dict) and all(isinstance(one, str) for one in found.values())
    return "" if is_sound else "is not an object of strings"


def _draft(value: object) -> str:
    try:
        damaged_drafts.parse(str(value).encode())
    except damaged_drafts.UNREADABLE:
        return "cannot be read"
    return ""


def _content(row: Row) -> str:
    body = str(row["body"])
    if digest(body) != row["hash"]:
        return "the text does not match its hash"
    try:
        versions.parsed(body.encode())
    except (ValueError, RecursionError):
        return "the text cannot be read"
    return ""


def _billing(value: object) -> str:
    return _json(dict)(value) if value else ""


def _optional_json(value: object) -> str:
    return _json(dict)(value) if value else ""


def _case(value: object) -> str:
    return _read_by(case_from_json, value)


def _check(value: object) -> str:
    return _read_by(check_from_json, value)


def _checks(value: object) -> str:
    return _json(list)(value) or next(
        (wrong for one in load(str(value)) if (wrong := _readable(check_from_json, one))), ""
    )


def _settings(value: object) -> str:
    return _read_by(SuiteSettings.from_json, value)


def _read_by(read: Callable[[Any], object], value: object) -> str:
    """Check JSON that `read` accepts."""
    return _json(dict)(value) or _readable(read, load(str(value)))


def _readable(read: Callable[[Any], object], data: object) -> str:
    try:
        read(data)
    except (ValueError, RecursionError):
        return "cannot be read"
    return ""


def _share(value: object) -> str:
    return "" if isinstance(value, int | float) and 0 <= value <= 1 else "is not from 0 to 1"


def _finite(value: object) -> str:
    return "" if isinstance(value, int | float) and isfinite(value) else "is not a number"


def _hash(value: object) -> str:
    return "" if isinstance(value, str) and _HASH.fullmatch(value) else "is not a hash"


def _cell_identity(value: object) -> str:
    return "" if isinstance(value, str) and _CELL.fullmatch(value) else "is not a hash"


def _case_body(row: Row) -> str:
    return "" if digest(str(row["body"])) == row["hash"] else "the case does not match its hash"


def _check_body(row: Row) -> str:
    is_same = check_hash(check_from_json(load(str(row["body"])))) == row["hash"]
    return "" if is_same else "the check does not match its hash"


def _step(value: object) -> str:
    wrong = _json(dict)(value)
    if not wrong and not all(isinstance(one, str) for one in load(str(value)).values()):
        return "has an unknown form"
    return wrong


_NAME, _LINE, _NOTE = _text(_MOST_NAME), _text(_MOST_LINE), _text(_MOST_NOTE)
_COUNT, _PLACE, _SWITCH = _whole(0, MOST_COUNT), _whole(0, _MOST_PLACES), _whole(0, 1)
_EVERYWHERE: Mapping[str, Rule] = {
    **dict.fromkeys(("uid", "endpoint_uid", "set_uid"), _identity),
    **dict.fromkeys(
        ("created_at", "updated_at", "saved_at", "started_at", "ended_at", "moved_at", "imported_at"), _moment
    ),
    **dict.fromkeys(("name", "slot", "label", "model"), _NAME),
    **dict.fromkeys(("position", "place", "lane", "value_set", "shown", "seq"), _PLACE),
    **dict.fromkeys(("starred", "branched", "pinned", "hidden", "baseline", "used", "needs_key"), _SWITCH),
    "note": _NOTE,
}
_RULES: Mapping[str, Mapping[str, Rule]] = {
    "prompts": {"archived": _whole(0, 3), "iterations": _PLACE},
    "drafts": {"body": _draft},
    "versions": {"number": _whole(1, _MOST_PLACES)},
    "endpoints": {
        "kind": _one_of(*get_args(EndpointKind)),
        "headers": _json(list),
        "secret_headers": _json(list),
        "provider": _NAME,
        "settings": _json(dict),
        "base_url": _LINE,
        "path": _LINE,
        "adapter": _LINE,
        "archived": _whole(0, 3),
    },
    "value_bodies": {"body": _values},
    "runs": {
        "kind": _one_of(*get_args(RunKind)),
        "number": _whole(1, _MOST_PLACES),
        "owner_uid": _identity,
        "verdict": _one_of(*get_args(RowVerdict)),
        "summary": _LINE,
        "winner": _LINE,
        "added": _PLACE,
        "removed": _PLACE,
        "archived": _whole(0, 7),
        "blind": _whole(0, 2),
    },
    "lanes": {"slot": _text(_MOST_NAME, 1), "params": _params},
    "bodies": {"body": _json()},
    "outputs": {
        "state": _one_of(*get_args(OutputState)),
        "sample": _whole(0, _MOST_SAMPLES),
        "attempt": _whole(1, _MOST_SAMPLES),
        "finish_reason": _NAME,
        "usage_source": _one_of(*get_args(UsageSource)),
        "rate_source": _NAME,
        "error_code": _NAME,
        "error": _NOTE,
        "marks": _json(list),
        "billing": _billing,
        **dict.fromkeys(("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens"), _COUNT),
        **dict.fromkeys(("cost_usd", "rate_input", "rate_output", "rate_cached"), _dollars),
        **dict.fromkeys(("queued_ms", "sent_ms", "first_ms", "end_ms", "ttft_ms", "duration_ms"), _COUNT),
    },
    "cases": {
        "tags": _json(list),
        "cluster": _NAME,
        "expectation": _NOTE,
        "notes": _NOTE,
        "held_out": _SWITCH,
        "used_at": _moment,
    },
    "in_flight": {"identity": _cell_identity},
    "suite_settings": {"body": _settings},
    "decide_goals": {"body": _json(dict)},
    "test_runs": {
        "round": _whole(1, _MOST_PLACES),
        "samples": _whole(1, _MOST_SAMPLES),
        "set_name": _one_of(*get_args(CaseSetName)),
        "baseline": _PLACE,
        "budget": _json(dict),
        "probe": _NOTE,
        "goals": _json(dict),
    },
    "case_bodies": {"body": _case},
    "run_cells": {
        "case_position": _PLACE,
        "sample": _whole(0, _MOST_SAMPLES),
        "identity": _cell_identity,
        "state": _one_of(*get_args(OutputState)),
        "cost_usd": _dollars,
        "duration_ms": _COUNT,
    },
    "check_bodies": {"body": _check},
    "scorings": {"threshold": _finite, "checks": _checks},
    "cell_scores": {
        "case_position": _PLACE,
        "sample": _whole(0, _MOST_SAMPLES),
        "state": _one_of(*get_args(CellState)),
        "score": _share,
        "overruled": _COUNT,
        "threshold": _NAME,
        "reason": _NOTE,
    },
    "check_results": {
        "case_position": _PLACE,
        "sample": _whole(0, _MOST_SAMPLES),
        "state": _one_of(*get_args(CheckState)),
        "score": _share,
        "reason": _NOTE,
        "detail": _optional_json,
    },
    "overrules": {"check_hash": _hash, "state": _one_of("pass", "fail", "none")},
    "judge_prompts": {"check_type": _text(_MOST_NAME, 1)},
    "judgements": {
        "case_position": _PLACE,
        "sample": _whole(0, _MOST_SAMPLES),
        "repeat": _whole(0, _MOST_SAMPLES),
        "step": _whole(0, _MOST_SAMPLES),
        "identity": _hash,
    },
    "judge_verdicts": {
        "case_position": _PLACE,
        "sample": _whole(0, _MOST_SAMPLES),
        "state": _one_of(*get_args(CheckState)),
        "score": _share,
        "repeats": _whole(1, _MOST_SAMPLES),
        "agreeing": _whole(0, _MOST_SAMPLES),
        "probability": _share,
    },
    "judge_labels": {"check_hash": _hash, "label": _one_of(*LABEL_STATES), "picked": _one_of(*LABEL_PICKS)},
    "partials": {"kind": _one_of("text", "reasoning", "tool_call", "rounds"), "at": _whole(0, 10**9)},
    "steps": {"kind": _one_of(*get_args(StepKind)), "body": _step},
    "responses": {"body": _json()},
    "verdicts": {"kind": _one_of(*get_args(VerdictKind), "judge"), "blind": _SWITCH},
    "tags": {"name": _text(_MOST_NAME, 1)},
    "labels": {"name": _text(_MOST_NAME, 1)},
    "saved_searches": {"name": _text(_MOST_NAME, 1), "query": _LINE},
    "origins": {"kind": _NAME, "thing": _NAME, "foreign_id": _LINE, "source": _LINE},
    "prices": dict.fromkeys(("input", "output", "cached"), _dollars),
    "run_rows": {
        "archived": _whole(0, 7),
        "misplaced": _SWITCH,
        "cost_usd": _dollars,
        **dict.fromkeys(
            ("tokens", "longest_ms", "unpriced", "answers", "failed", "interrupted", "stopped", "cut"), _COUNT
        ),
    },
    "version_techniques": {"technique": _NAME, "brought": _NOTE},
}
_WHOLE_ROWS: Mapping[str, Callable[[Row], str]] = {
    "contents": _content,
    "case_bodies": _case_body,
    "check_bodies": _check_body,
}
