"""Stores how outputs end, and recovers those that never did.

Invariant: an output ends once, with everything known about it in one transaction; what was saved while it streamed only
bridges the time until then. The one exception is `interrupted`, a guess about a process that seemed dead: if it was
alive after all, its result counts.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from workbench.core.json_parts import load
from workbench.core.money import Rates
from workbench.core.runs import ENDED, AnswerStep, Result, StepKind
from workbench.store.encoding import digest, dump, received
from workbench.store.errors import StoreError, missing
from workbench.store.records import RecoveredOutputs
from workbench.store.runs.damaged_drafts import UNREADABLE
from workbench.store.runs.partials import StreamedPartial, step_body, step_of, streamed
from workbench.store.runs.stored_bills import billing_text
from workbench.store.safe_records import count, dollars, sound
from workbench.store.sqlite import sqlite3

_FINISH = (
    "UPDATE outputs SET state = ?, ended_at = ?, model = ?, finish_reason = ?, input_tokens = ?, output_tokens = ?,"
    " cached_tokens = ?, reasoning_tokens = ?, usage_source = ?, cost_usd = ?, rate_input = ?, rate_output = ?,"
    " rate_cached = ?, rate_source = ?, queued_ms = ?, sent_ms = ?, first_ms = ?, end_ms = ?, ttft_ms = ?,"
    " duration_ms = ?, error_code = ?, error = ?, error_detail = ?, request_id = ?, request_messages_id = ?,"
    " marks = ?, reasoning = ?, text = ?, billing = ? WHERE id = ?"
)


def finish_output(connection: sqlite3.Connection, uid: str, result: Result, now: str) -> None:
    """Store how an output ended. Raises StoreError: missing, or ended if it already has a final end."""
    if result.state not in ENDED:
        raise ValueError(f"{result.state} is not an end")
    key, run, state = _find(connection, uid)
    if state in ENDED and state != "interrupted":
        raise StoreError("This answer is already recorded. Retry it to get another one.", uid, "ended")
    _write_end(connection, key, result, now)
    if result.response is not None:
        connection.execute(
            "INSERT INTO responses (output_id, body) VALUES (?, ?)"
            " ON CONFLICT (output_id) DO UPDATE SET body = excluded.body",
            (key, dump(result.response)),
        )
    _land(connection, run, [key])


def _find(connection: sqlite3.Connection, uid: str) -> tuple[int, int, str]:
    row = connection.execute("SELECT id, run_id, state FROM outputs WHERE uid = ?", (uid,)).fetchone()
    if row is None:
        raise missing("answer", uid)
    key, run, state = row
    return int(key), int(run), str(state)


def _write_end(connection: sqlite3.Connection, key: int, result: Result, now: str) -> None:
    usage, rates, timing, wrong = result.usage, result.rates, result.timing, result.failure
    request, messages = _request(connection, result.request)
    connection.execute(
        _FINISH,
        (
            result.state,
            now,
            received(result.model),
            received(result.finish_reason),
            count(usage.input),
            count(usage.output),
            count(usage.cached),
            count(usage.reasoning),
            usage.source,
            dollars(result.cost_usd),
            rates and _listed(rates, rates.input),
            rates and _listed(rates, rates.output),
            rates and rates.cached,
            rates and rates.source,
            *map(count, (timing.queued, timing.sent, timing.first, timing.end, timing.ttft, timing.duration)),
            wrong and wrong.code,
            wrong and received(wrong.sentence),
            wrong and received(wrong.detail),
            request,
            messages,
            dump([dataclasses.asdict(mark) for mark in result.marks]),
            received(result.reasoning),
            received(result.text),
            billing_text(usage, rates),
            key,
        ),
    )
    if result.steps:
        _write_steps(connection, key, result.steps)


def _listed(rates: Rates, price: float) -> float | None:
    """Return a price for its column, None if only the sum was reported."""
    return None if rates.source == "provider" and not rates.sheet else price


def _write_steps(connection: sqlite3.Connection, key: int, steps: Iterable[AnswerStep]) -> None:
    connection.execute("DELETE FROM steps WHERE output_id = ?", (key,))
    connection.executemany(
        "INSERT INTO steps (output_id, seq, kind, body) VALUES (?, ?, ?, ?)",
        [(key, seq, step.kind, dump(step_body(step))) for seq, step in enumerate(steps)],
    )


def steps_of(
    connection: sqlite3.Connection, run: int, lanes: Collection[int], sets: range
) -> dict[int, tuple[AnswerStep, ...]]:
    """Return the steps of outputs of some lanes to some value sets, by output key; outputs without tools have none."""
    found: dict[int, list[AnswerStep]] = {}
    rows = connection.execute(
        "SELECT output_id, kind, steps.body FROM outputs JOIN steps ON steps.output_id = outputs.id WHERE run_id = ?"
        " AND lane IN (SELECT value FROM json_each(?)) AND value_set >= ? AND value_set < ? ORDER BY output_id, seq",
        (run, json.dumps(list(lanes)), sets.start, sets.stop),
    )
    for output, kind, body in rows:
        found.setdefault(output, []).append(step(kind, body))
    return {output: tuple(steps) for output, steps in found.items()}


def step(kind: StepKind, body: str) -> AnswerStep:
    """Return a stored step; an unreadable one shows its body as text."""
    try:
        return sound(step_of(kind, load(body)))
    except UNREADABLE:
        return sound(AnswerStep(kind, body))


def _request(connection: sqlite3.Connection, request: Any) -> tuple[int | None, int | None]:
    """Store a request in two bodies: its messages, which lanes share, and the rest with null in their place."""
    if request is None:
        return None, None
    if isinstance(request, Mapping) and request.get("messages") is not None:
        rest = {name: None if name == "messages" else value for name, value in request.items()}
        return _body_id(connection, rest), _body_id(connection, request["messages"])
    return _body_id(connection, request), None


def _body_id(connection: sqlite3.Connection, value: Any) -> int:
    body = dump(value)
    hash_ = digest(body)
    row = connection.execute("SELECT id FROM bodies WHERE hash = ?", (hash_,)).fetchone()
    if row is not None:
        return int(row[0])
    return int(connection.execute("INSERT INTO bodies (hash, body) VALUES (?, ?)", (hash_, body)).lastrowid or 0)


def _land(connection: sqlite3.Connection, run: int, outputs: Iterable[int]) -> None:
    """Remove ended outputs from in_flight, and the partials of their run once none of its outputs is left there."""
    connection.executemany(
        "DELETE FROM in_flight WHERE run_id = ? AND output_id = ?", ((run, output) for output in outputs)
    )
    if connection.execute("SELECT 1 FROM in_flight WHERE run_id = ? LIMIT 1", (run,)).fetchone() is None:
        connection.execute("DELETE FROM partials WHERE output_id IN (SELECT id FROM outputs WHERE run_id = ?)", (run,))


def owners_in_flight(connection: sqlite3.Connection) -> set[str]:
    """Return the owners of outputs that have not ended."""
    return {owner for (owner,) in connection.execute("SELECT DISTINCT owner_uid FROM in_flight")}


def recover(connection: sqlite3.Connection, alive: Callable[[str], bool], now: str) -> RecoveredOutputs:
    """End the outputs of dead processes as interrupted, with the text and steps that had streamed."""
    lost: dict[int, list[int]] = {}
    for owner in sorted(owners_in_flight(connection)):
        if not alive(owner):
            for run, output in connection.execute(
                "SELECT run_id, output_id FROM in_flight WHERE owner_uid = ?", (owner,)
            ):
                lost.setdefault(run, []).append(output)
    found = streamed(connection, (output for outputs in lost.values() for output in outputs))
    for run, outputs in lost.items():
        for output in outputs:
            said = found.get(output, StreamedPartial())
            result = Result("interrupted", said.text, said.reasoning, steps=said.steps)
            _write_end(connection, output, result, now)
        _land(connection, run, outputs)
    return RecoveredOutputs(sum(map(len, lost.values())), len(lost))
