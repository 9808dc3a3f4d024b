"""Merges test runs from another history: their cases, cells, scorings and overrules.

Invariant: a cell refers to an answer that is here, in a place that its run has; others stay open. Answers, scorings and
overrules that are here already stay as they are, so that merging twice changes nothing. What is copied from outputs is
read from those here, not from the other history.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from workbench.core.testing.cells import CellKey
from workbench.core.testing.settings import SuiteSettings
from workbench.store.connections import bounded
from workbench.store.merging.other_history import Row, UnsoundError, insert, key_of, rows
from workbench.store.runs.prompts import prompt_id
from workbench.store.sqlite import sqlite3
from workbench.store.testing import holdouts, overrules, suite_settings
from workbench.store.testing.cell_outputs import CellFacts, record, shape, text_hash
from workbench.store.testing.test_starts import body_id

_SUITE = ("round", "samples", "set_name", "baseline", "budget", "probe", "goals")
_SCORE = ("case_position", "lane", "sample", "state", "score", "overruled", "threshold", "reason")
_RESULT = ("seq", "state", "score", "reason", "detail")
_VERDICT = ("state", "score", "repeats", "agreeing", "probability")
_PLACES = "case_position = ? AND lane = ? AND sample = ?"


def take_settings(
    mine: sqlite3.Connection, other: sqlite3.Connection, there: str, numbers: dict[int, int], here: str
) -> None:
    """Add the test settings of a prompt if there are none here; unreadable ones are skipped.

    `there` and `here` are its uids, `numbers` are version numbers here by those there. Held-out cases that were used up
    there are used up here.
    """
    holdouts.use_as_elsewhere(mine, here, suite_settings.used_cases(other, there))
    prompt = prompt_id(mine, here)
    row = other.execute(
        f"SELECT {bounded('body')}, suite_settings.updated_at FROM suite_settings"
        " JOIN prompts ON prompts.id = prompt_id WHERE uid = ?",
        (there,),
    ).fetchone()
    if row is None or mine.execute("SELECT 1 FROM suite_settings WHERE prompt_id = ?", (prompt,)).fetchone():
        return
    try:
        settings = suite_settings.parse(row[0])
    except (ValueError, RecursionError):
        return
    suite_settings.put(mine, prompt, _renumbered(settings, numbers), row[1])


def _renumbered(settings: SuiteSettings, numbers: dict[int, int]) -> SuiteSettings:
    columns = tuple(
        replace(lane, pinned=None if lane.pinned is None else numbers.get(lane.pinned)) for lane in settings.columns
    )
    return replace(settings, columns=columns)


def take_suite(mine: sqlite3.Connection, other: sqlite3.Connection, run: int, key: int) -> None:
    """Add to a run what a test has besides lanes and values, unless it is here.

    Raises UnsoundError if some of it is missing.
    """
    if mine.execute("SELECT 1 FROM test_runs WHERE run_id = ?", (key,)).fetchone() is not None:
        return
    for suite in rows(other, f"SELECT {', '.join(_SUITE)} FROM test_runs WHERE run_id = ?", run):
        insert(mine, "test_runs", {**suite, "run_id": key})
        found = list(
            rows(
                other,
                "SELECT run_values.position, hash, body FROM run_values"
                " LEFT JOIN run_cases ON run_cases.run_id = run_values.run_id"
                "  AND run_cases.position = run_values.position"
                " LEFT JOIN case_bodies ON case_bodies.id = case_body_id WHERE run_values.run_id = ?",
                run,
            )
        )
        if any(case["body"] is None for case in found):
            raise UnsoundError("One of its cases was left out.")
        (lanes,) = mine.execute("SELECT count(*) FROM lanes WHERE run_id = ?", (key,)).fetchone()
        if cast(int, suite["baseline"]) >= lanes:
            raise UnsoundError("Its baseline is none of its columns.")
        for case in found:
            body = body_id(mine, "case_bodies", str(case["body"]), str(case["hash"]))
            insert(mine, "run_cases", {"run_id": key, "position": case["position"], "case_body_id": body})


def take_cells(mine: sqlite3.Connection, other: sqlite3.Connection, run: int) -> None:
    """Record the cells of a run whose answers are here; those with a finished answer here stay."""
    key = run_here(mine, other, run)
    if key is None:
        return
    size = shape(mine, key)
    for cell in rows(
        other,
        "SELECT case_position, run_cells.lane, run_cells.sample, identity, uid FROM run_cells"
        " JOIN outputs ON outputs.id = output_id WHERE run_cells.run_id = ? ORDER BY 1, 2, 3",
        run,
    ):
        place = CellKey(*(cast(int, cell[name]) for name in ("case_position", "lane", "sample")))
        answer = mine.execute(
            f"SELECT outputs.id, state, cost_usd, duration_ms, {bounded('text')} FROM outputs"
            " JOIN runs ON runs.id = outputs.run_id"
            " WHERE outputs.uid = ? AND prompt_id = (SELECT prompt_id FROM runs WHERE id = ?)"
            " AND state IN ('finished', 'failed', 'stopped')",
            (cell["uid"], key),
        ).fetchone()
        if answer is None or place.case >= size.cases or place.column >= size.columns or place.sample >= size.samples:
            continue
        output, state, cost, duration, text = answer
        hash_ = text_hash(str(text or "")) if state == "finished" else None
        record(mine, key, place, output, str(cell["identity"]), CellFacts(state, cost, duration, hash_))


def run_here(mine: sqlite3.Connection, other: sqlite3.Connection, run: int) -> int | None:
    """Return the key here of a test run there, None if it was left out."""
    row = other.execute("SELECT uid FROM runs WHERE id = ?", (run,)).fetchone()
    key = None if row is None else key_of(mine, "runs", row[0])
    if key is None or mine.execute("SELECT 1 FROM test_runs WHERE run_id = ?", (key,)).fetchone() is None:
        return None
    return key


def take_scoring(mine: sqlite3.Connection, other: sqlite3.Connection, scoring: int) -> None:
    """Merge a scoring by its key there, with the results of answers that are here.

    Raises UnsoundError for one of another run.
    """
    [row] = rows(other, "SELECT uid, run_id, created_at, threshold, checks FROM scorings WHERE id = ?", scoring)
    run = run_here(mine, other, cast(int, row["run_id"]))
    if run is None:
        return
    key = key_of(mine, "scorings", row["uid"])
    if key is None:
        key = insert(mine, "scorings", {**row, "run_id": run})
    elif mine.execute("SELECT run_id FROM scorings WHERE id = ?", (key,)).fetchone() != (run,):
        raise UnsoundError("It has the id of a scoring of another run.")
    checks = checks_of(mine, other, scoring)
    columns = ", ".join(f"cell_scores.{name}" for name in _SCORE)
    for score in rows(
        other,
        f"SELECT {columns}, uid FROM cell_scores JOIN outputs ON outputs.id = output_id WHERE scoring_id = ?",
        scoring,
    ):
        _take_score(mine, other, scoring, key, score, checks)
    # Searches find the run by its newest scoring.
    mine.execute("INSERT OR REPLACE INTO unindexed (run_id) VALUES (?)", (run,))


def _take_score(
    mine: sqlite3.Connection, other: sqlite3.Connection, there: int, here: int, score: Row, checks: dict[int, int]
) -> None:
    place = tuple(score[name] for name in ("case_position", "lane", "sample"))
    output = key_of(mine, "outputs", score.pop("uid"))
    known = mine.execute(f"SELECT 1 FROM cell_scores WHERE scoring_id = ? AND {_PLACES}", (here, *place)).fetchone()
    if output is None or known is not None:
        return
    insert(mine, "cell_scores", {**score, "scoring_id": here, "output_id": output})
    statement = f"SELECT {', '.join(_RESULT)}, check_id FROM check_results WHERE scoring_id = ? AND {_PLACES}"
    where = dict(zip(("scoring_id", "case_position", "lane", "sample"), (here, *place), strict=True))
    for result in rows(other, statement, there, *place):
        check = checks.get(cast(int, result["check_id"]))
        if check is None:
            raise UnsoundError("One of its checks was left out.")
        insert(mine, "check_results", {**result, **where, "check_id": check})
    statement = f"SELECT {', '.join(_VERDICT)}, check_id FROM judge_verdicts WHERE scoring_id = ? AND {_PLACES}"
    for verdict in rows(other, statement, there, *place):
        check = checks.get(cast(int, verdict["check_id"]))
        if check is None:
            raise UnsoundError("One of its checks was left out.")
        insert(mine, "judge_verdicts", {**verdict, **where, "check_id": check})


def checks_of(mine: sqlite3.Connection, other: sqlite3.Connection, scoring: int) -> dict[int, int]:
    """Return the keys here of the checks of a scoring there, also of those that judges were asked about."""
    found = other.execute(
        "SELECT id, hash, body FROM check_bodies WHERE id IN (SELECT check_id FROM check_results WHERE scoring_id = ?1"
        " UNION SELECT check_id FROM judge_verdicts WHERE scoring_id = ?1"
        " UNION SELECT check_id FROM judgements WHERE scoring_id = ?1)",
        (scoring,),
    )
    return {there: body_id(mine, "check_bodies", body, hash_) for there, hash_, body in found}


def take_overrule(mine: sqlite3.Connection, other: sqlite3.Connection, overrule: int) -> bool:
    """Merge a decision about a check by its key there, if its answer is here; return whether it is new."""
    [row] = rows(
        other,
        "SELECT overrules.uid, overrules.check_hash, overrules.state, overrules.note, overrules.created_at,"
        " outputs.uid AS answer, earlier.uid AS earlier FROM overrules"
        " LEFT JOIN outputs ON outputs.id = overrules.output_id"
        " LEFT JOIN overrules AS earlier ON earlier.id = overrules.supersedes_id WHERE overrules.id = ?",
        overrule,
    )
    output, earlier = row.pop("answer"), row.pop("earlier")
    answer = key_of(mine, "outputs", output)
    if answer is None or key_of(mine, "overrules", row["uid"]) is not None:
        return False
    insert(mine, "overrules", {**row, "output_id": answer, "supersedes_id": key_of(mine, "overrules", earlier)})
    overrules.apply(mine, answer)
    return True
