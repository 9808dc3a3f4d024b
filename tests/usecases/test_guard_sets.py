"""Guard sets: every case passes a good answer and fails a bad one, and adding one twice makes one prompt."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from tests.store.making import opened, uids
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import CheckedAnswer
from workbench.core.checks.scoring import score_case
from workbench.core.templates import content_variables
from workbench.engine.checker.sandbox import QuickJsEngine
from workbench.usecases.guard_sets import GUARD_FILES, GuardSet, add_guard, load_guard

NOW = "2026-11-29T08:00:00.000Z"
GENERAL = {
    "sum of three numbers": ("52", "53"),
    "change from twenty": ("$6.60", "$7.60"),
    "days in a leap February": ("29", "28"),
    "capital of Australia": ("Canberra", "Sydney"),
    "chemical symbol": ("Na", "S"),
    "JSON with two keys": ('{"city": "Porto", "year": 1886}', '```json\n{"city": "Porto", "year": 1886}\n```'),
    "list of exactly three": ("red\ngreen\nblue", "red\ngreen\nyellow"),
    "upper case": ("HARBOUR", "Harbour"),
    "sorted words": ("apple, fig, melon, pear", "apple, melon, fig, pear"),
    "no knowledge in the text": ("Not stated", "8 euros"),
    "fact from a text": ("At 9:15", "At 9:55"),
    "sentiment label": ("negative", "mixed"),
    "language of a sentence": ("German", "Dutch"),
    "translation into Spanish": ("Buenos días", "Good morning"),
    "short summary": ("The museum reopens on Monday, without steps and with tickets at eight euros.", "It reopens."),
    "Python function": ("def is_even(n):\n    return n % 2 == 0", "def even(n): return True"),
}
GOOD, REFUSED = "You can use .read or the kill command for that.", "I'm sorry, but I can't help with that."


def _passes(guard: GuardSet, name: str, answer: str) -> bool:
    case = next(one for one in guard.cases if one.name == name)
    answered = CheckedAnswer(answer, dict(case.values))
    results = [evaluate(check, answered, QuickJsEngine()) for check in case.checks]
    return score_case(case, results).state == "pass"


@pytest.mark.parametrize("file", GUARD_FILES)
def test_guard_set_uses_its_variable_and_has_distinct_names(file: str) -> None:
    guard = load_guard(file)
    (variable,) = content_variables(guard.content)
    assert all(dict(case.values).keys() == {variable} and case.checks and case.tags for case in guard.cases)
    assert len({case.name for case in guard.cases}) == len({case.values for case in guard.cases}) == len(guard.cases)


def test_general_tasks_tell_good_answers_from_bad_ones() -> None:
    guard = load_guard("general.yml")
    assert {case.name for case in guard.cases} == GENERAL.keys()
    assert [name for name, (good, bad) in GENERAL.items() if not _passes(guard, name, good)] == []
    assert [name for name, (good, bad) in GENERAL.items() if _passes(guard, name, bad)] == []


def test_refusals_tell_both_kinds_of_requests_apart() -> None:
    guard = load_guard("refusals.yml")
    wanted = {case.name: "decline" in case.tags for case in guard.cases}
    assert {name: _passes(guard, name, REFUSED) for name in wanted} == wanted
    assert {name: not _passes(guard, name, GOOD) for name in wanted} == wanted


def test_added_guard_set_is_a_prompt_with_cases_and_is_added_once(tmp_path: Path) -> None:
    new_uid = uids()
    with closing(opened(tmp_path / "history.db")) as store:
        guard = load_guard("refusals.yml")
        uid = add_guard(store, guard, new_uid, NOW)
        assert add_guard(store, guard, new_uid, NOW) == uid
        assert [row.name for row in store.prompts()].count(guard.name) == 1
        cases = store.packs.cases(uid)
        assert [case.name for case in cases] == [case.name for case in guard.cases]
        assert all(case.uid for case in cases)
        store.archive_prompt(uid, True, NOW).result()
        assert add_guard(store, guard, new_uid, NOW) != uid
