"""Techniques ranked on real histories: their rows, the sentences in place of rows, and the remarks."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.usecases.judged_history import MODELS, history, preferring, runs
from workbench.core.techniques import Technique
from workbench.host.clock import utc_now
from workbench.host.dirs import places
from workbench.host.ids import new_uid
from workbench.store import Store
from workbench.usecases.ranking_result import RankingResult
from workbench.usecases.technique_ranking import rank_techniques
from workbench.usecases.techniques import Techniques

Made = tuple[Store, str, Techniques]
SQUARE = {2: ("role",), 3: ("self-check",), 4: ("role", "self-check")}
"""Versions 1 to 4 with all combinations of two techniques."""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    store, prompt = history(tmp_path / "history.db")
    yield store, prompt, Techniques(places(os.environ))
    store.close()


def mark(store: Store, prompt: str, uses: dict[int, tuple[str, ...]]) -> None:
    for version, keys in uses.items():
        for key in keys:
            store.techniques.say(prompt, version, key, key.title(), used=True).result(60)


def judged(made: Made, uses: dict[int, tuple[str, ...]], worths: dict[int, float], count: int = 150) -> RankingResult:
    store, prompt, library = made
    runs(store, prompt, 24, versions=4, judged=False)
    mark(store, prompt, uses)
    preferring(store, prompt, count, worths)
    return rank_techniques(store, prompt, library)


def said(found: RankingResult) -> str:
    return " ".join(remark.text for remark in found.remarks)


def test_effective_technique_is_ranked_with_its_interval(made: Made) -> None:
    found = judged(made, SQUARE, {2: 1.6, 4: 1.6})
    assert found.enough
    assert [row.name for row in found.rows] == ["Role", "Self-check"]
    role, check = found.rows
    assert role.strength.low > 0.5
    assert role.strength.low < 1.6 < role.strength.high
    assert check.strength.low < 0 < check.strength.high
    assert role.strength.against == "the same version without it"
    assert role.strength.chances[1] == pytest.approx(0.83, abs=0.09)
    assert role.won > role.lost > 0
    # A pair that was judged again counts once.
    assert role.blind == role.verdicts > role.pairs
    assert "Versions with Role win more often than by chance." in said(found)
    assert "also differ in other words" in said(found)
    # Half of the versions have it, and so half of the answers.
    assert role.answers == 24


def test_stronger_model_is_not_credited_to_a_technique(made: Made) -> None:
    store, prompt, library = made
    # Versions with it were mostly run by the stronger model.
    runs(store, prompt, 60, versions=2, models=MODELS, judged=False)
    mark(store, prompt, {2: ("role",)})
    answers = {a.uid: a for a in store.judgements.answers(prompt)}
    values = sorted({a.values for a in answers.values()})

    def one(version: int, model: int, value: str, number: int) -> str:
        found = [
            a.uid for a in answers.values() if (a.who.version, a.who.model, a.values) == (version, MODELS[model], value)
        ]
        return found[number % len(found)]

    # The model decides eight of nine verdicts, whatever the version.
    for number in range(120):
        value = values[number % len(values)]
        strong, weak = ((2, 0), (1, 1)) if number % 4 else ((1, 0), (2, 1))
        pair = one(*strong, value, number // 3), one(*weak, value, number // 30)
        winner = pair[0] if number % 9 else pair[1]
        store.judgements.judge(new_uid(), "winner", pair, winner, utc_now(), blind=True).result(60)
    (role,) = rank_techniques(store, prompt, library).rows
    assert role.won > 1.4 * role.lost, "counted alone it looks like a good technique"
    assert role.strength.low < 0 < role.strength.high
    assert abs(role.strength.estimate) < 0.4


def test_techniques_always_used_together_are_reported_as_inseparable(made: Made) -> None:
    found = judged(made, {2: ("role", "tone"), 4: ("role", "tone", "self-check")}, {})
    assert [row.name for row in found.rows] == ["Self-check"]
    assert "Role and Tone always come together, so their effects cannot be separated." in said(found)


def test_technique_of_every_compared_version_is_reported(made: Made) -> None:
    everywhere = {version: ("role", *SQUARE.get(version, ())[-1:]) for version in (1, 2, 3, 4)}
    found = judged(made, everywhere, {})
    assert [row.name for row in found.rows] == ["Self-check"]
    assert "Nothing can be said about Role: in every comparison both versions had it, or neither." in said(found)


def test_techniques_that_exclude_each_other_are_reported(made: Made) -> None:
    found = judged(made, {1: ("role",), 2: ("tone",), 3: ("role",), 4: ("tone",)}, {})
    assert (found.rows, found.enough.reason) == ((), "untold")
    assert "Whenever one version had Role the other had Tone" in said(found)


def test_unmarked_versions_are_reported_and_offered_for_marking(made: Made) -> None:
    store, prompt, library = made
    assert rank_techniques(store, prompt, library).enough.reason == "no_verdict"
    found = judged(made, {}, {}, 20)
    assert (found.rows, found.enough.reason) == ((), "untold")
    assert "No judged version is marked" in found.enough.sentence
    assert [one.number for one in found.versions] == [1, 2, 3, 4]
    assert ("role", "Role") in found.choices
    assert "Few-shot examples" not in dict(found.choices).values()


def test_versions_with_the_same_marks_are_reported(made: Made) -> None:
    found = judged(made, dict.fromkeys((1, 2, 3, 4), ("role",)), {}, 20)
    assert "No verdict compares a version with a technique to one without it." in found.enough.sentence


def test_too_few_comparisons_are_reported(made: Made) -> None:
    found = judged(made, SQUARE, {}, 4)
    assert found.enough.reason == "few"
    store, prompt, library = made
    preferring(store, prompt, 3, {})
    found = rank_techniques(store, prompt, library)
    assert all(row.pairs >= 6 for row in found.rows)
    assert "Fewer than 6 comparisons include" in said(found)


def test_missing_effect_is_reported(made: Made) -> None:
    found = judged(made, SQUARE, {2: 0.5, 4: 0.5}, 20)
    assert "No effect is larger than chance" in said(found)


def test_own_techniques_are_named_apart_from_built_in_ones(made: Made) -> None:
    _, _, library = made
    mine = library.save(Technique("", "Role", "Mine.", "", "", "caret", "Mine alone."))
    assert mine.own
    found = judged(made, {2: ("role",), 4: ("role", f"own:{mine.id}"), 3: (f"own:{mine.id}",)}, {})
    assert {row.name for row in found.rows} == {"Role", "Role (yours)"}


def test_the_same_history_gives_the_same_ranking(made: Made) -> None:
    found = judged(made, SQUARE, {2: 1.0}, 40)
    store, prompt, library = made
    assert rank_techniques(store, prompt, library) == found
    store.techniques.say(prompt, 2, "role", "Role", used=False).result(60)
    changed = rank_techniques(store, prompt, library)
    assert dataclasses.replace(changed, rows=found.rows, remarks=found.remarks, versions=found.versions) == found
    assert changed.rows != found.rows
