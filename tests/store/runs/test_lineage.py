"""Numbers, parents and branches of versions, for any order of texts and bases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.store.making import NOW, opened, run, text, uids
from workbench.core.changes import count_change
from workbench.store import Store

fresh = uids("prompt")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = opened(tmp_path_factory.mktemp("lineage") / "history.db")
    yield store
    store.close()


@depth.examples(25, 625)
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 5)), min_size=1, max_size=10))
def test_numbers_parents_and_branches_follow_any_order_of_edits(shared: Store, steps: list[tuple[str, int]]) -> None:
    prompt = fresh()
    shared.create_prompt(prompt, "Lineage", NOW).result(60)
    made: list[tuple[str, int | None, bool]] = []
    for iteration, (word, base) in enumerate(steps, start=1):
        words = f"say {word}"
        based_on = base if 0 < base <= len(made) else None
        begun = shared.begin_run(run(f"{prompt}-{iteration}", text(words), prompt=prompt, based_on=based_on)).result(60)
        known = [name for name, _, _ in made]
        before = None if based_on is None else text(known[based_on - 1])
        if words not in known:
            made.append((words, based_on, based_on != (len(made) or None)))
            known.append(words)
        number = known.index(words) + 1
        assert (begun.number, begun.version_number) == (iteration, number)
        assert begun.change == count_change(before, text(words))
        row = shared.iterations(prompt, limit=1)[0]
        assert (row.number, row.version, row.branched) == (iteration, number, made[number - 1][2])
        assert (row.added, row.removed, row.summary) == (begun.change.added, begun.change.removed, begun.change.summary)
    assert [(v.content, v.parent) for v in shared.versions(prompt)] == [(text(words), base) for words, base, _ in made]
