"""Verdicts on runs.

Invariant: verdicts are only ever added. A new one supersedes the latest about the same run and value set, and the run's
row shows the current ones over all value sets. A verdict on a run may include outputs of earlier runs that were shown
beside it: of the same prompt, and to the same values.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from workbench.core.lanes import short_model
from workbench.core.runs import Verdict
from workbench.core.version_name import iteration_name
from workbench.store.encoding import typed
from workbench.store.errors import StoreError, missing
from workbench.store.sqlite import sqlite3

_WORDS = {"tie": "tie", "all_bad": "all bad"}
_OUTPUT = (
    "SELECT outputs.id, outputs.run_id, outputs.lane, outputs.value_set, lanes.slot, runs.prompt_id, value_bodies.hash"
    " FROM outputs JOIN runs ON runs.id = outputs.run_id"
    " JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane"
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    " JOIN value_bodies ON value_bodies.id = run_values.values_id WHERE outputs.uid = ?"
)
_LATEST = "SELECT value_set, max(id), kind, blind FROM verdicts WHERE run_id = ? GROUP BY value_set"
_NAMED = (
    "SELECT DISTINCT outputs.run_id, outputs.lane, lanes.slot, runs.number, lanes.label, lanes.model"
    " FROM verdict_outputs JOIN outputs ON outputs.id = verdict_outputs.output_id"
    " JOIN runs ON runs.id = outputs.run_id"
    " JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane"
    " WHERE verdict_id = ? AND (place = 1 OR ? = 'all_bad') ORDER BY outputs.lane"
)


@dataclass(frozen=True, slots=True)
class _Output:
    """An output that is judged; `values` is the hash of the values it answered."""

    key: int
    run: int
    lane: int
    value_set: int
    slot: str
    prompt: int
    values: str

    def place(self, run: int) -> int | str:
        """Return how a verdict on `run` names the lane: its position, or the slot of one shown beside the run."""
        return self.lane if self.run == run else self.slot


@dataclass(frozen=True, slots=True)
class _Stored:
    """A verdict on a run; `supersedes` is the key of the one in effect before it, None for none."""

    key: int
    prompt: int
    run: int
    value_set: int
    supersedes: int | None
    blind: int


def mark(
    connection: sqlite3.Connection, run_uid: str, uid: str, verdict: Verdict, output_uids: tuple[str, ...], now: str
) -> None:
    """Add a verdict about `output_uids`: all outputs that were compared, in the order shown.

    The lanes that `verdict` names share first place, and the other outputs come after them; a tie that names none is a
    tie of all. Raises StoreError (missing; incomparable for outputs of another prompt or to other values), or
    ValueError if a winner is not one of the outputs.
    """
    row = connection.execute("SELECT id, prompt_id FROM runs WHERE uid = ?", (run_uid,)).fetchone()
    if row is None:
        raise missing("iteration", run_uid)
    run, prompt = row
    judged = [_output(connection, output) for output in output_uids]
    named = {*verdict.positions, *verdict.kept}
    if verdict.kind == "winner" and len(named) != 1:
        raise ValueError("there is exactly one winner")
    if verdict.kind in ("winner", "tie") and not named.issubset(output.place(run) for output in judged):
        raise ValueError("a lane that won is not among the outputs that were compared")
    value_set = _value_set(judged, run, prompt)
    (superseded,) = connection.execute(
        "SELECT max(id) FROM verdicts WHERE run_id = ? AND value_set = ?", (run, value_set)
    ).fetchone()
    key = connection.execute(
        "INSERT INTO verdicts (uid, prompt_id, run_id, value_set, kind, blind, supersedes_id, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (uid, prompt, run, value_set, verdict.kind, int(verdict.blind), superseded, now),
    ).lastrowid
    connection.executemany(
        "INSERT INTO verdict_outputs (verdict_id, output_id, shown, place) VALUES (?, ?, ?, ?)",
        ((key, one.key, shown, _place(verdict, one.place(run))) for shown, one in enumerate(judged)),
    )
    show_on_row(connection, run)


def take_back(connection: sqlite3.Connection, verdict_uid: str, after: str, uid: str, now: str) -> None:
    """Add a verdict, with this `uid`, that repeats the one in effect before `verdict_uid`.

    `after` is the verdict that must be in effect now, so that no other one is overruled unseen. Raises StoreError
    (missing; judged if it is not in effect).
    """
    verdict = _stored(connection, verdict_uid)
    _say_again(connection, verdict.supersedes, verdict, after, uid, now)


def give_again(connection: sqlite3.Connection, verdict_uid: str, after: str, uid: str, now: str) -> None:
    """Add a verdict, with this `uid`, that repeats `verdict_uid`; `after` and errors as for `take_back`."""
    verdict = _stored(connection, verdict_uid)
    _say_again(connection, verdict.key, verdict, after, uid, now)


def _stored(connection: sqlite3.Connection, uid: str) -> _Stored:
    row = connection.execute(
        "SELECT id, prompt_id, run_id, value_set, supersedes_id, blind FROM verdicts"
        " WHERE uid = ? AND run_id IS NOT NULL",
        (uid,),
    ).fetchone()
    if row is None:
        raise missing("verdict", uid)
    return _Stored(*row)


def _say_again(
    connection: sqlite3.Connection, source: int | None, about: _Stored, after: str, uid: str, now: str
) -> None:
    """Repeat the verdict with key `source`; None stands for no verdict on the answers that `about` compared."""
    latest, latest_uid = connection.execute(
        "SELECT id, uid FROM verdicts WHERE run_id = ? AND value_set = ? ORDER BY id DESC LIMIT 1",
        (about.run, about.value_set),
    ).fetchone()
    if latest_uid != after:
        raise StoreError(
            "This verdict cannot be taken back or given again, because these answers were judged elsewhere since. Mark "
            "them as you want.",
            f"verdict {about.key}: {latest_uid} counts, {after} was expected",
            "judged",
        )
    found = connection.execute("SELECT id, kind, blind FROM verdicts WHERE id = ?", (source,)).fetchone()
    said, kind, blind = found or (about.key, "none", about.blind)
    key = connection.execute(
        "INSERT INTO verdicts (uid, prompt_id, run_id, value_set, kind, blind, supersedes_id, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (uid, about.prompt, about.run, about.value_set, kind, blind, latest, now),
    ).lastrowid
    connection.execute(
        "INSERT INTO verdict_outputs (verdict_id, output_id, shown, place)"
        " SELECT ?, output_id, shown, iif(?, NULL, place) FROM verdict_outputs WHERE verdict_id = ?",
        (key, int(found is None), said),
    )
    show_on_row(connection, about.run)


def _output(connection: sqlite3.Connection, uid: str) -> _Output:
    row = connection.execute(_OUTPUT, (uid,)).fetchone()
    if row is None:
        raise missing("answer", uid)
    return _Output(*row)


def _place(verdict: Verdict, place: int | str) -> int | None:
    if verdict.kind not in ("winner", "tie"):
        return None
    named = (*verdict.positions, *verdict.kept)
    return 1 if place in named or not named else 2


def _value_set(judged: list[_Output], run: int, prompt: int) -> int:
    """Return the position of the value set that a verdict on `run` is about."""
    sets = {output.value_set for output in judged if output.run == run} or {0}
    if len(sets) > 1:
        raise ValueError("a verdict is about one value set")
    if judged and all(output.run != run for output in judged):
        raise ValueError("a verdict on a run is about an answer of it")
    if any(output.prompt != prompt for output in judged) or len({output.values for output in judged}) > 1:
        raise StoreError(
            "These answers cannot be judged together, because their values or prompts differ. Judge answers to the "
            "same values.",
            f"run {run}: {[(output.key, output.prompt, output.values) for output in judged]}",
            "incomparable",
        )
    return sets.pop()


def show_on_row(connection: sqlite3.Connection, run: int) -> None:
    """Update the row of a run with its current verdicts."""
    connection.execute("UPDATE runs SET verdict = ?, winner = ? WHERE id = ?", (*_row_words(connection, run), run))


def counting(connection: sqlite3.Connection, run: int) -> dict[int, Verdict]:
    """Return the current verdicts on a run, by position of their value set; kind "none" means withdrawn."""
    found: dict[int, Verdict] = {}
    for value_set, key, kind, blind in connection.execute(_LATEST, (run,)).fetchall():
        named = connection.execute(_NAMED, (key, kind)).fetchall()
        own = () if kind == "all_bad" else tuple(lane for origin, lane, *_ in named if origin == run)
        found[value_set] = Verdict(
            kind, own, bool(blind), tuple(slot for origin, _, slot, *_ in named if origin != run)
        )
    return found


def _row_words(connection: sqlite3.Connection, run: int) -> tuple[str, str]:
    """Return kind and winner as the timeline shows them; for several value sets, the words with counts, most first."""
    latest = connection.execute(_LATEST, (run,)).fetchall()
    counted = Counter(_words(connection, run, key, kind) for _, key, kind, _ in latest if kind != "none")
    if not counted:
        return "none", ""
    if len(counted) == 1:
        return next(iter(counted))
    kind = next((kind for (kind, _), _ in counted.most_common() if kind == "winner"), counted.most_common(1)[0][0][0])
    return kind, ", ".join(f"{word} {count}" for (_, word), count in counted.most_common())


def _words(connection: sqlite3.Connection, run: int, verdict: int, kind: str) -> tuple[str, str]:
    """Return one verdict as the timeline shows it; an answer kept beside the run is not a winner of it."""
    if kind != "winner":
        return kind, _WORDS[kind]
    origin, _, _, number, label, model = connection.execute(_NAMED, (verdict, kind)).fetchone()
    title = label or short_model(model)
    return ("winner", title) if origin == run else ("lost", f"lost to {iteration_name(number)} {title}")


def reveal(connection: sqlite3.Connection, run_uid: str) -> None:
    """Reveal the names of a blind run that is not judged."""
    if connection.execute("UPDATE runs SET blind = 2 WHERE uid = ? AND blind = 1", (run_uid,)).rowcount == 0:
        raise missing("blind iteration", run_uid)


def set_note(connection: sqlite3.Connection, run_uid: str, note: str) -> None:
    """Set the note of a run."""
    if connection.execute("UPDATE runs SET note = ? WHERE uid = ?", (typed(note), run_uid)).rowcount == 0:
        raise missing("iteration", run_uid)
