"""Facts about the versions, runs and judged answers of a prompt, each read in one query.

Invariant: deleted runs do not count, and answers to held-out cases are never read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256

from workbench.core.content import Content
from workbench.core.json_parts import load
from workbench.store.connections import bounded
from workbench.store.errors import StoreError
from workbench.store.runs import version_names, versions
from workbench.store.runs.held_out import shown_answers
from workbench.store.runs.prompts import prompt_id
from workbench.store.runs.visibility import DELETED
from workbench.store.safe_records import as_text, count
from workbench.store.sqlite import sqlite3
from workbench.store.testing.test_starts import run_key

_AT_ONCE = 500
_VERSIONS = (
    "SELECT versions.number, parents.number, versions.created_at,"
    f" CAST({bounded('contents.body')} AS BLOB) FROM versions JOIN contents ON contents.id = versions.content_id"
    " LEFT JOIN versions AS parents ON parents.id = versions.parent_id"
    " WHERE versions.prompt_id = ? AND versions.number IN (SELECT value FROM json_each(?)) ORDER BY versions.number"
)
_RUNS = f"SELECT kind, count(*) FROM runs WHERE prompt_id = ? AND archived < {DELETED} GROUP BY kind"
_IMPROVED = (
    "SELECT runs.started_at FROM runs JOIN outputs ON outputs.run_id = runs.id WHERE runs.prompt_id = ?"
    f" AND kind = 'improve' AND runs.archived < {DELETED} AND outputs.state = 'finished' GROUP BY runs.id"
)
# Text of what makes two cases the same question with the same rules, as it was stored.
_CASES = (
    "SELECT k.position, v.set_uid, iif(json_valid(body), json_array(json_extract(body, '$.values'),"
    " json_extract(body, '$.kinds'), json_extract(body, '$.checks'), json_extract(body, '$.threshold')), ''),"
    " iif(json_valid(body), json_extract(body, '$.cluster'), NULL)"
    " FROM run_cases AS k JOIN case_bodies ON case_bodies.id = case_body_id"
    " JOIN run_values AS v ON v.run_id = k.run_id AND v.position = k.position WHERE k.run_id = ? ORDER BY k.position"
)
_NAMED_RUNS = (
    "SELECT runs.uid, runs.kind, runs.number, runs.started_at FROM json_each(?) AS wanted"
    f" CROSS JOIN runs ON runs.uid = wanted.value WHERE runs.archived < {DELETED}"
    " ORDER BY runs.started_at DESC, runs.uid DESC"
)
_CASE_FACTS = "SELECT uid, held_out, cluster, tags FROM cases WHERE prompt_id = ? ORDER BY position"
_RULES = (
    "SELECT runs.uid, scorings.checks, scorings.threshold FROM json_each(?) AS wanted"
    " CROSS JOIN runs ON runs.uid = wanted.value JOIN scorings ON scorings.id ="
    "  (SELECT id FROM scorings WHERE run_id = runs.id ORDER BY created_at DESC, id DESC LIMIT 1)"
)
_ANSWERS = (
    "SELECT outputs.uid, runs.uid, versions.number, value_bodies.hash, run_values.set_uid, outputs.state,"
    " outputs.finish_reason, outputs.input_tokens, outputs.output_tokens, outputs.ended_at,"
    f" CAST({bounded('outputs.text')} AS BLOB)"
    " FROM json_each(?) AS wanted CROSS JOIN outputs ON outputs.uid = wanted.value"
    " JOIN runs ON runs.id = outputs.run_id"
    " JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane"
    " JOIN versions ON versions.id = lanes.version_id"
    " JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set"
    " JOIN value_bodies ON value_bodies.id = run_values.values_id WHERE runs.prompt_id = ? AND {shown}"
)
_HELD_VALUES = (
    "SELECT value_bodies.hash FROM cases JOIN value_bodies ON value_bodies.id = cases.values_id"
    " WHERE cases.prompt_id = ? AND cases.held_out = 1"
)
_GUARD_VALUES = (
    "SELECT value_bodies.hash FROM cases JOIN value_bodies ON value_bodies.id = cases.values_id"
    " JOIN prompts ON prompts.id = cases.prompt_id"
    " WHERE prompts.uid IN (SELECT value FROM json_each(?)) AND value_bodies.body <> '{}'"
)


@dataclass(frozen=True, slots=True)
class VersionFact:
    """A version with its content; None if this release cannot read it. `name` is what people call it."""

    number: int
    parent: int | None
    name: str
    created_at: str
    content: Content | None


@dataclass(frozen=True, slots=True)
class RunFacts:
    """How many runs of each kind a prompt has, and when proposals for its text were asked for, oldest first."""

    by_kind: Mapping[str, int]
    improved_at: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedRun:
    """What a run is called: its kind and its number within the kind."""

    uid: str
    kind: str
    number: int
    started_at: str


@dataclass(frozen=True, slots=True)
class ComparedCase:
    """A case of a test run. `rules` is equal for cases with the same values, checks and threshold."""

    position: int
    uid: str
    rules: str
    cluster: str


@dataclass(frozen=True, slots=True)
class CaseFact:
    """A case of a prompt as it is now, without values and checks."""

    uid: str
    is_held_out: bool
    cluster: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerFact:
    """A finished answer; `run` is the uid of its run, `case` that of its case, "" for none; `text` and `values` are
    digests.

    `tokens` is the sum of both sides, None if unknown. `is_cut` if it was cut off.
    """

    uid: str
    run: str
    version: int
    values: str
    case: str
    text: bytes
    tokens: int | None
    ended_at: str
    is_cut: bool


_CUT_OFF = frozenset({"length", "max_tokens", "content_filter"})


def version_facts(connection: sqlite3.Connection, prompt_uid: str, numbers: Collection[int]) -> tuple[VersionFact, ...]:
    """Return these versions of a prompt, oldest first. Raises StoreError (missing)."""
    prompt = prompt_id(connection, prompt_uid)
    names = version_names.of_prompt(connection, prompt, numbers)
    found = []
    for number, parent, created_at, body in connection.execute(_VERSIONS, (prompt, json.dumps(sorted(numbers)))):
        name = names.get(number, "")
        try:
            content: Content | None = versions.read(body or b"", name)[0]
        except StoreError:
            content = None
        found.append(VersionFact(number, parent, name, as_text(created_at), content))
    return tuple(found)


def run_facts(connection: sqlite3.Connection, prompt_uid: str) -> RunFacts:
    """Return what is known of the runs of a prompt. Raises StoreError (missing)."""
    prompt = prompt_id(connection, prompt_uid)
    kinds = {as_text(kind): number for kind, number in connection.execute(_RUNS, (prompt,))}
    improved = sorted(as_text(at) for (at,) in connection.execute(_IMPROVED, (prompt,)))
    return RunFacts(kinds, tuple(improved))


def named_runs(connection: sqlite3.Connection, run_uids: Collection[str]) -> tuple[NamedRun, ...]:
    """Return these runs, without deleted ones, newest first."""
    rows = connection.execute(_NAMED_RUNS, (json.dumps(sorted(set(run_uids))),))
    return tuple(NamedRun(uid, as_text(kind), number, as_text(at)) for uid, kind, number, at in rows)


def compared_cases(connection: sqlite3.Connection, run_uid: str) -> tuple[ComparedCase, ...]:
    """Return the cases of a test run in order. Raises StoreError (missing)."""
    rows = connection.execute(_CASES, (run_key(connection, run_uid),))
    return tuple(
        ComparedCase(position, as_text(uid or ""), as_text(rules), as_text(cluster))
        for position, uid, rules, cluster in rows
    )


def case_facts(connection: sqlite3.Connection, prompt_uid: str) -> tuple[CaseFact, ...]:
    """Return the cases of a prompt in order. Raises StoreError (missing)."""
    rows = connection.execute(_CASE_FACTS, (prompt_id(connection, prompt_uid),))
    return tuple(
        CaseFact(as_text(uid), bool(held), as_text(cluster), _texts(tags)) for uid, held, cluster, tags in rows
    )


def _texts(body: str) -> tuple[str, ...]:
    try:
        found = load(body)
    except (TypeError, ValueError, RecursionError):
        return ()
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def scoring_rules(connection: sqlite3.Connection, run_uids: Collection[str]) -> dict[str, tuple[str, float | None]]:
    """Return the checks for all cases and the threshold of the newest scoring of each of these runs."""
    rows = connection.execute(_RULES, (json.dumps(list(run_uids)),))
    return {uid: (as_text(checks), threshold) for uid, checks, threshold in rows}


def answers(
    connection: sqlite3.Connection, prompt_uid: str, output_uids: Collection[str], guards: Collection[str]
) -> tuple[AnswerFact, ...]:
    """Return the finished ones of these answers that are shown, and not to values of a held-out case or of a case in a
    guard set, whose prompts `guards` names.

    Raises StoreError (missing).
    """
    prompt = prompt_id(connection, prompt_uid)
    statement = _ANSWERS.format(shown=shown_answers(connection))
    held = {hash_ for (hash_,) in connection.execute(_HELD_VALUES, (prompt,))}
    held |= {hash_ for (hash_,) in connection.execute(_GUARD_VALUES, (json.dumps(sorted(guards)),))}
    wanted, found = sorted(output_uids), list[AnswerFact]()
    for start in range(0, len(wanted), _AT_ONCE):
        for uid, run, version, values, case, state, reason, given, made, at, text in connection.execute(
            statement, (json.dumps(wanted[start : start + _AT_ONCE]), prompt)
        ):
            if state != "finished" or not text or values in held:
                continue
            sizes = [count(given), count(made)]
            found.append(
                AnswerFact(
                    *(uid, run, version, as_text(values), as_text(case or ""), sha256(text).digest()),
                    None if None in sizes else sum(filter(None, sizes)),
                    as_text(at or ""),
                    as_text(reason).lower() in _CUT_OFF,
                )
            )
    return tuple(found)
