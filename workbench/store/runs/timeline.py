"""Reads iterations: pages of rows, and single ones completely.

Invariant: the cost of a page does not depend on its position (a range of one index, never an offset). A detail is what
was run, whatever has happened to the prompt since; answers to cases that are held out now are left out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.core.blocks import BlockError, OutputFormat, output_from_json
from workbench.core.content import MOST_LANES
from workbench.core.json_parts import load
from workbench.core.lanes import Lane, Params, slots_apart
from workbench.core.money import Rates, Usage
from workbench.core.outcome import Outcome
from workbench.core.runs import (
    AnswerStep,
    BesideLane,
    Failure,
    IterationDetail,
    IterationRow,
    Mark,
    OutputRecord,
    OutputState,
    Result,
    RunLane,
    Timing,
    Verdict,
)
from workbench.store.connections import MOST_VALUE, bounded
from workbench.store.damaged_text import DamagedText
from workbench.store.encoding import lenient
from workbench.store.errors import missing
from workbench.store.runs import stored_bills, value_sets, verdicts
from workbench.store.runs.damaged_drafts import UNREADABLE
from workbench.store.runs.empty_answers import with_empty
from workbench.store.runs.held_out import hidden_positions
from workbench.store.runs.output_endings import step, steps_of
from workbench.store.runs.partials import StreamedPartial, streamed
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.version_names import names
from workbench.store.runs.versions import read
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3

_MOST_LINE = 4_000_000
"""Bytes of a note or a summary; people write a millionth of it."""
_ROW = (
    "SELECT runs.id, versions.id, runs.uid, runs.number, versions.number, runs.started_at,"
    f" {bounded('runs.note', _MOST_LINE)}, {bounded('runs.summary', _MOST_LINE)}, runs.added,"
    f" runs.removed, runs.verdict, {bounded('runs.winner', _MOST_LINE)},"
    " EXISTS (SELECT 1 FROM in_flight WHERE in_flight.run_id = runs.id),"
    " versions.branched, runs.kind, runs.blind = 1 AND EXISTS"
    " (SELECT 1 FROM run_values WHERE run_values.run_id = runs.id AND NOT EXISTS"
    " (SELECT 1 FROM verdicts WHERE verdicts.run_id = runs.id AND verdicts.value_set = run_values.position))"
    " FROM runs JOIN versions ON versions.id = runs.version_id"
)
# Only the newest attempt of an answer is shown.
_OUTCOMES = (
    "SELECT run_id, count(*), total(state = 'failed'), total(state = 'interrupted'), total(state = 'stopped'),"
    " total(state = 'finished' AND finish_reason = 'length') FROM"
    " (SELECT run_id, state, finish_reason, max(attempt) FROM outputs WHERE run_id IN (SELECT value FROM json_each(?))"
    " GROUP BY run_id, lane, value_set, sample) GROUP BY run_id"
)
_OUTPUT_COLUMNS = (
    "SELECT outputs.id, outputs.uid, lane, value_set, sample, attempt, state,"
    f" {bounded('text')}, {bounded('reasoning')}, model, finish_reason, error_code, {bounded('error')},"
    f" {bounded('error_detail')}, input_tokens, output_tokens, cached_tokens, reasoning_tokens, usage_source,"
    " rate_input, rate_output, rate_cached, rate_source, cost_usd, queued_ms, sent_ms, first_ms, end_ms, marks,"
    f" {bounded('requests.body')}, {bounded('messages.body')}, {bounded('responses.body')}, {{billing}} FROM outputs"
    " LEFT JOIN bodies AS requests ON requests.id = outputs.request_id"
    " LEFT JOIN bodies AS messages ON messages.id = outputs.request_messages_id"
    " LEFT JOIN responses ON responses.output_id = outputs.id"
)
_OUTPUTS_BY_KEY = f"{_OUTPUT_COLUMNS} WHERE outputs.id IN (SELECT value FROM json_each(?))"
_STEPS = (
    "SELECT output_id, kind, body FROM steps WHERE output_id IN (SELECT value FROM json_each(?))"
    " ORDER BY output_id, seq"
)
_OUTPUTS = (
    f"{_OUTPUT_COLUMNS} WHERE run_id = ? AND lane IN (SELECT value FROM json_each(?))"
    " AND value_set >= ? AND value_set < ? ORDER BY lane, value_set, sample, attempt"
)

_TOO_LARGE = f"(This answer has more than {MOST_VALUE >> 20} MB, the limit.)"
_BROKEN = Mark("changed", "answer", "Its text in the history is damaged; “�” marks what cannot be read.")
_EVERY_SET = range(2**62)
_MOST_JUDGED = 1_000
"""Value sets that are read of a judge run at once: there is one for each answer of a test, and it quotes the answer."""


def rows_of(
    connection: sqlite3.Connection, runs: Sequence[int], outcomes: Mapping[int, Outcome]
) -> dict[int, IterationRow]:
    """Return the rows of runs of any kind, by key; the caller provides the outcomes of their answers."""
    rows = connection.execute(f"{_ROW} WHERE runs.id IN (SELECT value FROM json_each(?))", (json.dumps(list(runs)),))
    found = rows.fetchall()
    # A test has its checks for empty answers, and may have tens of thousands of them, like a judge.
    few = {row[0]: outcomes[row[0]] for row in found if row[14] not in ("test", "judge")}
    counted = {**outcomes, **with_empty(connection, few)}
    called = names(connection, [row[1] for row in found], origins=False)
    return {row[0]: _row(row, counted.get(row[0], Outcome()), called.get(row[1], "")) for row in found}


def _rows(connection: sqlite3.Connection, found: list[tuple[Any, ...]]) -> list[IterationRow]:
    keys = json.dumps([row[0] for row in found])
    outcomes = {run: Outcome(*map(int, counts)) for run, *counts in connection.execute(_OUTCOMES, (keys,))}
    counted = with_empty(connection, outcomes)
    called = names(connection, [row[1] for row in found])
    return [_row(row, counted.get(row[0], Outcome()), called.get(row[1], "")) for row in found]


def _row(row: tuple[Any, ...], outcome: Outcome, version_name: str) -> IterationRow:
    _, _, uid, number, version, started_at, note, summary, added, removed, verdict, winner, running, *rest = row
    branched, kind, blind = rest
    return sound(
        IterationRow(
            uid,
            number,
            version,
            started_at,
            note,
            summary,
            added,
            removed,
            verdict,
            winner,
            bool(running),
            bool(branched),
            sound(outcome),
            bool(blind),
            kind,
            version_name=version_name,
        )
    )


def page(connection: sqlite3.Connection, prompt_uid: str, before: int | None, limit: int) -> list[IterationRow]:
    """Return up to `limit` iterations with numbers below `before` (None: from the newest), newest first."""
    rows = connection.execute(
        f"{_ROW} WHERE runs.prompt_id = ? AND runs.kind = 'iteration' AND runs.number < ?"
        f" AND runs.archived < {DELETED} ORDER BY runs.number DESC LIMIT ?",
        (prompt_id(connection, prompt_uid), 2**62 if before is None else before, limit),
    )
    return _rows(connection, rows.fetchall())


def one(connection: sqlite3.Connection, run_uid: str) -> IterationRow:
    """Return one row of the timeline. Raises StoreError (missing)."""
    row = connection.execute(f"{_ROW} WHERE runs.uid = ?", (run_uid,)).fetchone()
    if row is None:
        raise missing("iteration", run_uid)
    return _rows(connection, [row])[0]


def one_of(connection: sqlite3.Connection, prompt_uid: str, run_uid: str) -> IterationRow | None:
    """Return one row of a prompt's timeline, None if the run is not one of its iterations, or is deleted."""
    row = connection.execute(
        f"{_ROW} WHERE runs.uid = ? AND runs.kind = 'iteration' AND runs.prompt_id = ? AND runs.archived < {DELETED}",
        (run_uid, prompt_id(connection, prompt_uid)),
    ).fetchone()
    return None if row is None else _rows(connection, [row])[0]


def count(connection: sqlite3.Connection, prompt_uid: str) -> int:
    """Return the number of iterations of a prompt."""
    row = connection.execute("SELECT iterations FROM prompts WHERE uid = ?", (prompt_uid,)).fetchone()
    if row is None:
        raise missing("prompt", prompt_uid)
    return int(row[0])


def detail(connection: sqlite3.Connection, run_uid: str) -> IterationDetail:
    """Return an iteration exactly as it was, and what was beside it; streaming answers have their text so far."""
    found = _detail(connection, run_uid)
    beside = _beside(connection, run_uid)
    slots: dict[str, list[str]] = {}
    for lane in beside:
        slots.setdefault(lane.run_uid, []).append(lane.slot)
    earlier = tuple(_detail(connection, uid, wanted) for uid, wanted in slots.items())
    return replace(found, beside=beside, earlier=earlier)


def parts(connection: sqlite3.Connection, run_uid: str, answers: int) -> Iterator[tuple[range, IterationDetail]]:
    """Yield a run in parts of about `answers` answers, each with its value sets, without what was beside it."""
    whole = without_outputs(connection, run_uid)
    (run,) = connection.execute("SELECT id FROM runs WHERE uid = ?", (run_uid,)).fetchone()
    places = {lane.position for lane in whole.lanes}
    # A damaged history may have lost all lanes of a run.
    step = max(1, answers // max(1, sum(lane.lane.samples for lane in whole.lanes)))
    for start in range(0, len(whole.sets), step):
        sets = range(start, min(start + step, len(whole.sets)))
        yield sets, replace(whole, outputs=_shown(connection, run, _outputs(connection, run, places, sets)))


def without_outputs(connection: sqlite3.Connection, run_uid: str) -> IterationDetail:
    """Return a run of any kind without its answers. Raises StoreError (missing)."""
    return _detail(connection, run_uid, sets=range(0))


def outputs_of(connection: sqlite3.Connection, keys: Sequence[int]) -> dict[int, OutputRecord]:
    """Return ended outputs of any runs by key."""
    listed = json.dumps(list(keys))
    steps: dict[int, list[AnswerStep]] = {}
    for key, kind, body in connection.execute(_STEPS, (listed,)):
        steps.setdefault(key, []).append(step(kind, body))
    statement = _OUTPUTS_BY_KEY.format(billing=stored_bills.column(connection))
    rows = connection.execute(statement, (listed,))
    return {row[0]: _output(row, None, tuple(steps.get(row[0], ()))) for row in rows}


def _beside(connection: sqlite3.Connection, run_uid: str) -> tuple[BesideLane, ...]:
    rows = connection.execute(
        "SELECT slot, origins.uid, place, hidden, baseline FROM run_beside JOIN runs ON runs.id = run_beside.run_id"
        " JOIN runs AS origins ON origins.id = run_beside.from_run_id WHERE runs.uid = ?"
        f" AND origins.archived < {DELETED} ORDER BY place",
        (run_uid,),
    )
    return tuple(BesideLane(slot, uid, place, bool(hidden), bool(base)) for slot, uid, place, hidden, base in rows)


def _detail(
    connection: sqlite3.Connection,
    run_uid: str,
    slots: Collection[str] | None = None,
    sets: range = _EVERY_SET,
) -> IterationDetail:
    """Return an iteration with its lanes in `slots` (None: all) and the answers to some of its value sets."""
    row = one(connection, run_uid)
    run, blind, body, based_on = connection.execute(
        f"SELECT runs.id, runs.blind, CAST({bounded('contents.body')} AS BLOB), bases.number FROM runs"
        " JOIN versions ON versions.id = runs.version_id JOIN contents ON contents.id = versions.content_id"
        " LEFT JOIN versions AS bases ON bases.id = runs.based_on_id WHERE runs.uid = ?",
        (run_uid,),
    ).fetchone()
    content, newer = read(body, row.version_name)
    (count_lanes,) = connection.execute("SELECT count(*) FROM lanes WHERE run_id = ?", (run,)).fetchone()
    if count_lanes > MOST_LANES:
        row = replace(row, damage=f"it has {count_lanes:,} lanes, of which {MOST_LANES} are shown")
    if row.kind == "judge" and sets == _EVERY_SET:
        sets = range(_MOST_JUDGED)
        (count_sets,) = connection.execute("SELECT count(*) FROM run_values WHERE run_id = ?", (run,)).fetchone()
        if count_sets > _MOST_JUDGED:
            row = replace(row, damage=f"it judged {count_sets:,} answers, of which {_MOST_JUDGED:,} are shown")
    ran = value_sets.of_judge(connection, run, sets.stop) if row.kind == "judge" else value_sets.listed(connection, run)
    judged = verdicts.counting(connection, run)
    in_order = tuple(judged.get(position, Verdict("none")) for position in range(len(ran)))
    lanes = tuple(lane for lane in lanes_of(connection, run) if slots is None or lane.lane.slot in slots)
    return IterationDetail(
        row=row,
        content=content,
        based_on=based_on,
        values=ran[0].values,
        lanes=lanes,
        outputs=_shown(connection, run, _outputs(connection, run, {lane.position for lane in lanes}, sets)),
        verdict=in_order[0],
        newer=newer,
        sets=ran,
        verdicts=in_order,
        blind=frozenset(range(len(ran))) - judged.keys() if blind == 1 else frozenset(),
    )


def lanes_of(connection: sqlite3.Connection, run: int) -> tuple[RunLane, ...]:
    """Return the lanes of the run with this key, in order."""
    rows = connection.execute(
        "SELECT position, slot, endpoint_uid, model, params, pinned, label, versions.number,"
        " (SELECT count(DISTINCT sample) FROM outputs WHERE outputs.run_id = lanes.run_id AND lane = lanes.position),"
        " CASE WHEN json_valid(contents.body) THEN json_extract(contents.body, '$.output') END, versions.id FROM lanes"
        " JOIN versions ON versions.id = lanes.version_id JOIN contents ON contents.id = versions.content_id"
        " WHERE run_id = ? ORDER BY position LIMIT ?",
        (run, MOST_LANES),
    ).fetchall()
    called = names(connection, [row[-1] for row in rows])
    read = [
        (
            sound(
                Lane(
                    slot,
                    endpoint,
                    model,
                    _params(params),
                    version if pinned else None,
                    label,
                    max(1, samples),
                )
            ),
            (position, version, _output_format(output), called.get(key, "")),
        )
        for position, slot, endpoint, model, params, pinned, label, version, samples, output, key in rows
    ]
    return tuple(
        RunLane(position, lane, version, output, name)
        for lane, (_, (position, version, output, name)) in zip(
            slots_apart(lane for lane, _ in read), read, strict=True
        )
    )


def _params(body: str) -> Params:
    try:
        return Params.from_json(load(body))
    except UNREADABLE:
        return Params()


def _output_format(body: object) -> OutputFormat | None:
    try:
        return output_from_json(load(body)) if isinstance(body, str) else None
    except (ValueError, BlockError):
        # Written by a newer release; the version itself says so.
        return None


def _outputs(connection: sqlite3.Connection, run: int, lanes: Collection[int], sets: range) -> tuple[OutputRecord, ...]:
    in_flight = [key for (key,) in connection.execute("SELECT output_id FROM in_flight WHERE run_id = ?", (run,))]
    so_far = streamed(connection, in_flight)
    steps = steps_of(connection, run, lanes, sets)
    statement = _OUTPUTS.format(billing=stored_bills.column(connection))
    rows = connection.execute(statement, (run, json.dumps(list(lanes)), sets.start, sets.stop))
    return tuple(_output(row, so_far.get(row[0]), steps.get(row[0], ())) for row in rows)


def _shown(connection: sqlite3.Connection, run: int, outputs: tuple[OutputRecord, ...]) -> tuple[OutputRecord, ...]:
    hidden = hidden_positions(connection, run)
    return tuple(one for one in outputs if one.value_set not in hidden) if hidden else outputs


def output(connection: sqlite3.Connection, key: int) -> OutputRecord | None:
    """Return one attempt by its key, None if there is none."""
    found = connection.execute("SELECT run_id, lane, value_set, uid FROM outputs WHERE id = ?", (key,)).fetchone()
    if found is None:
        return None
    run, lane, value_set, uid = found
    return next(
        (one for one in _outputs(connection, run, {lane}, range(value_set, value_set + 1)) if one.uid == uid), None
    )


def _output(row: tuple[Any, ...], so_far: StreamedPartial | None, steps: tuple[AnswerStep, ...]) -> OutputRecord:
    _, uid, position, value_set, sample, attempt, state, said, reasoning, model, finish_reason, *rest = row
    error_code, error, error_detail, tokens_in, tokens_out, cached, reasoned, usage_source, *rest = rest
    rate_input, rate_output, rate_cached, rate_source, cost, queued, sent, first, end, *rest = rest
    marks, request, messages, response, billed = rest
    usage, rates = stored_bills.with_billing(
        billed,
        Usage(tokens_in, tokens_out, cached, reasoned, usage_source),
        None if rate_source is None else Rates(rate_input or 0.0, rate_output or 0.0, rate_cached, rate_source),
    )
    shown: OutputState = "streaming" if so_far and state in ("waiting", "queued") else state
    result = Result(
        state=shown,
        text=so_far.text if so_far else _TOO_LARGE if said is None else said,
        reasoning=so_far.reasoning if so_far else reasoning,
        model=model,
        finish_reason=finish_reason,
        failure=None if error_code is None else sound(Failure(error_code, error, error_detail)),
        usage=sound(usage),
        rates=None if rates is None else sound(rates),
        cost_usd=cost,
        timing=sound(Timing(queued, sent, first, end)),
        request=_request(request, messages),
        marks=(*_marks(marks), *((_BROKEN,) if isinstance(said, DamagedText) else ())),
        response=None if response is None else lenient(response),
        steps=so_far.steps if so_far else steps,
    )
    return OutputRecord(uid, position, sample, attempt, sound(result), value_set)


def _request(request: str | None, messages: str | None) -> Any:
    if request is None:
        return None
    whole = lenient(request)
    if messages is not None and isinstance(whole, dict):
        whole["messages"] = lenient(messages)
    return whole


def _marks(body: str) -> tuple[Mark, ...]:
    try:
        return tuple(sound(Mark(**mark)) for mark in load(body))
    except UNREADABLE:
        return ()
