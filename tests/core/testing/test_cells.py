"""Identity of cells: equal exactly for the same question in the same round."""

from __future__ import annotations

from dataclasses import replace

from workbench.core.lanes import Endpoint, Lane, Params
from workbench.core.testing.cells import CellKey, cell_identity, question_hash

GGUF = Endpoint("g", "gguf", "Mine", path="/m.gguf", adapter="/a.gguf")
LANE = Lane("slot", "g", "m", Params(temperature=0.5))
FILES = {"/m.gguf": "1" * 64, "/a.gguf": "2" * 64}


def test_everything_that_changes_the_question_changes_its_hash() -> None:
    first = question_hash("c", GGUF, LANE, FILES)
    others = [
        question_hash("d", GGUF, LANE, FILES),
        question_hash("c", replace(GGUF, base_url="http://127.0.0.1:1"), LANE, FILES),
        question_hash("c", replace(GGUF, uid="h"), LANE, FILES),
        question_hash("c", GGUF, replace(LANE, model="n"), FILES),
        question_hash("c", GGUF, replace(LANE, params=Params(temperature=0.6)), FILES),
        question_hash("c", GGUF, LANE, {**FILES, "/a.gguf": "3" * 64}),
        question_hash("c", replace(GGUF, adapter=""), LANE, FILES),
    ]
    assert len({first, *others}) == len(others) + 1


def test_names_do_not_change_the_question() -> None:
    first = question_hash("c", GGUF, LANE, FILES)
    assert first == question_hash("c", replace(GGUF, name="Other"), replace(LANE, label="x", slot="y", pinned=3), FILES)


def test_sample_values_and_round_belong_to_the_identity() -> None:
    found = {cell_identity("q", values, sample, round_) for values in "ab" for sample in (0, 1) for round_ in (1, 2)}
    assert len(found) == 8
    assert all(len(one) == 32 for one in found)


def test_cells_are_ordered_case_by_case() -> None:
    keys = [CellKey(case, column, sample) for column in range(2) for sample in range(2) for case in range(2)]
    assert sorted(keys)[:4] == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1)]
