"""A draft and its cases are stored together; value sets in drafts of earlier releases become cases."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.store.making import LATER, NOW, lane, opened, run, text
from workbench.core.cases import Case, Check
from workbench.core.drafts import Draft, ValueSet
from workbench.core.runs import RunSet
from workbench.host.ids import new_uid
from workbench.store import Store, StoreError
from workbench.store.draft_preview import read_preview

ADA = ValueSet("a", "Ada", (("n", "Ada"), ("m", "x")), ticked=True)
BO = ValueSet("b", "Bo", (("n", "Bo"),))
DRAFT = Draft(text("Hello {{n}}"), ADA.values, (lane("A"),), None, (ADA, BO), "a")
CHECKS = (Check("contains", value='"Ada"'),)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def body(path: Path, prompt: int = 1) -> dict[str, object]:
    ((text_,),) = rows(path, f"SELECT body FROM drafts WHERE prompt_id = {prompt}")
    found: dict[str, object] = json.loads(str(text_))
    return found


def store_as_before(path: Path, draft: Draft) -> str:
    """Store a draft as earlier releases did."""
    data = json.dumps(draft.to_json(is_whole=True), separators=(",", ":"))
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT OR REPLACE INTO drafts (prompt_id, body, saved_at) VALUES (1, ?, ?)", (data, NOW))
    connection.close()
    return data


def values(store: Store) -> dict[str, dict[str, str]]:
    return {case.uid: dict(case.values) for case in store.packs.cases("p")}


def test_sets_of_a_draft_are_cases_and_the_draft_names_them(store: Store, path: Path) -> None:
    store.save_draft("p", DRAFT, NOW).result(60)
    assert store.packs.cases("p") == (Case("a", "Ada", ADA.values), Case("b", "Bo", BO.values))
    assert store.draft("p") == DRAFT
    stored = body(path)
    assert stored["cases"] == [{"uid": "a", "ticked": True}, {"uid": "b"}]
    assert "sets" not in stored
    assert (stored["active"], stored["values"]) == ("a", {"n": "Ada", "m": "x"})


def test_shown_values_are_those_of_the_case(store: Store, path: Path) -> None:
    store.save_draft("p", replace(DRAFT, values=(("n", "typed"),)), NOW).result(60)
    assert values(store)["a"] == {"n": "typed"}
    store.packs.change_case("p", Case("a", "Ada B.", (("n", "elsewhere"),), CHECKS)).result(60)
    found = store.draft("p")
    assert found is not None
    assert found.values == found.sets[0].values == (("n", "elsewhere"),)
    assert [one.name for one in found.sets] == ["Ada B.", "Bo"]
    preview = read_preview(path)
    assert preview is not None
    assert preview.values == found.values


def test_only_what_the_draft_changed_is_written(store: Store) -> None:
    store.save_draft("p", DRAFT, NOW).result(60)
    known = {one.uid: one for one in DRAFT.sets}
    # Another process changes one value and the name, and adds checks and a value.
    store.packs.change_case("p", Case("a", "Theirs", (("n", "Ada"), ("m", "theirs"), ("k", "new")), CHECKS)).result(60)
    store.packs.change_case("p", Case("b", "Their Bo", (("n", "theirs"),))).result(60)
    mine = replace(DRAFT, values=(("n", "mine"), ("m", "x")))
    store.save_draft("p", mine, LATER, known).result(60)
    assert store.packs.cases("p") == (
        Case("a", "Theirs", (("n", "mine"), ("m", "theirs"), ("k", "new")), CHECKS),
        Case("b", "Their Bo", (("n", "theirs"),)),
    )
    # A case that another window made, and that is chosen here as it was before, is not overwritten.
    store.save_draft("p", mine, LATER, {}).result(60)
    assert values(store)["b"] == {"n": "theirs"}
    renamed = replace(DRAFT, sets=(replace(ADA, name="Mine"), BO), values=(("n", "Ada"),))
    store.save_draft("p", renamed, LATER, known).result(60)
    assert store.packs.cases("p")[0] == Case("a", "Mine", (("n", "mine"), ("k", "new")), CHECKS)


def test_case_deleted_elsewhere_leaves_the_draft_and_is_not_restored(store: Store) -> None:
    store.save_draft("p", DRAFT, NOW).result(60)
    store.packs.take_case("p", "a").result(60)
    found = store.draft("p")
    assert found is not None
    assert (found.sets, found.active, found.values) == ((BO,), "", ADA.values)
    store.save_draft("p", DRAFT, LATER, {one.uid: one for one in DRAFT.sets}).result(60)
    assert values(store) == {"b": {"n": "Bo"}}
    # What was typed into it meanwhile is worth more than the deletion.
    store.save_draft("p", replace(DRAFT, values=(("n", "!"),)), LATER, {one.uid: one for one in DRAFT.sets}).result(60)
    assert values(store) == {"b": {"n": "Bo"}, "a": {"n": "!"}}


def test_held_out_case_is_in_no_draft_and_is_not_changed_by_one(store: Store, path: Path) -> None:
    store.save_draft("p", DRAFT, NOW).result(60)
    hidden = Case("a", "Ada", ADA.values, held_out=True)
    store.tests.set_aside("p", {"a"}, "salt", LATER).result(60)
    found = store.draft("p")
    assert found is not None
    assert found.sets == (BO,)
    assert store.packs.chosen("p", ("a", "b")).keys() == {"b"}
    store.save_draft("p", replace(DRAFT, values=(("n", "!"),)), LATER).result(60)
    assert store.packs.cases("p")[0] == hidden
    preview = read_preview(path)
    assert preview is not None
    assert preview.values == (("n", "!"),)


def test_damaged_case_does_not_block_the_draft(store: Store, path: Path) -> None:
    store.save_draft("p", DRAFT, NOW).result(60)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE value_bodies SET body = '[' WHERE id = 1")
    connection.close()
    found = store.draft("p")
    assert found is not None
    assert found.sets == (BO,)


def test_text_that_cannot_be_stored_stays_in_the_draft(store: Store) -> None:
    typed = replace(DRAFT, values=(("n", "a\ud800b"),))
    store.save_draft("p", typed, NOW).result(60)
    assert values(store)["a"] == {"n": "a\ufffdb"}
    found = store.draft("p")
    assert found is not None
    assert found.values == typed.values


def test_draft_and_cases_are_written_together(store: Store, path: Path) -> None:
    store.save_draft("p", DRAFT, NOW).result(60)
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON drafts BEGIN SELECT RAISE(FAIL, 'no'); END")
    connection.close()
    changed = replace(DRAFT, values=(("n", "lost?"),))
    with pytest.raises((StoreError, sqlite3.Error)):
        store.save_draft("p", changed, LATER, {one.uid: one for one in DRAFT.sets}).result(60)
    assert values(store)["a"] == dict(ADA.values)
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER full")
    connection.close()
    store.save_draft("p", changed, LATER, {one.uid: one for one in DRAFT.sets}).result(60)
    assert values(store)["a"] == {"n": "lost?"}


def test_typing_leaves_no_values_behind_and_reuses_no_id(store: Store, path: Path) -> None:
    store.save_draft("p", DRAFT, NOW).result(60)
    store.begin_run(replace(run("r", text("Hello {{n}}")), sets=(RunSet("a", "Ada", ADA.values),))).result(60)
    ids = {key for (key,) in rows(path, "SELECT values_id FROM cases")}
    for letters in range(1, 20):
        store.save_draft("p", replace(DRAFT, values=(("n", "x" * letters),)), LATER).result(60)
        ((key,),) = rows(path, "SELECT values_id FROM cases WHERE uid = 'a'")
        assert key not in ids
        ids.add(key)
    assert rows(path, "SELECT count(*) FROM value_bodies") == [(3,)], "two cases and the run"


def test_value_sets_of_earlier_releases_become_cases_and_can_be_returned(store: Store, path: Path) -> None:
    store.packs.save_cases("p", [Case("b", "Bo", BO.values, CHECKS), Case("c", "Other")]).result(60)
    before = store_as_before(path, replace(DRAFT, values=(("n", "typed"),)))
    assert store.packs.holds_value_sets("p")
    found = store.draft("p")
    assert found is not None
    assert found.sets == DRAFT.sets
    adopted = store.packs.adopt_value_sets("p", new_uid).result(60)
    assert adopted is not None
    assert (adopted.count, adopted.created) == (2, ("a",))
    assert store.packs.cases("p") == (
        Case("b", "Bo", BO.values, CHECKS),
        Case("c", "Other"),
        Case("a", "Ada", (("n", "typed"),)),
    )
    assert not store.packs.holds_value_sets("p")
    assert store.packs.adopt_value_sets("p", new_uid).result(60) is None
    found = store.draft("p")
    assert found is not None
    assert [one.name for one in found.sets] == ["Ada", "Bo"]
    assert store.packs.return_value_sets(adopted).result(60)
    assert rows(path, "SELECT body FROM drafts") == [(before,)]
    assert list(values(store)) == ["b", "c"]


def test_set_that_differs_from_the_case_with_its_uid_is_kept_beside_it(store: Store, path: Path) -> None:
    store.packs.save_cases("p", [Case("a", "Ada", (("n", "other"),), CHECKS)]).result(60)
    store_as_before(path, DRAFT)
    adopted = store.packs.adopt_value_sets("p", new_uid).result(60)
    assert adopted is not None
    assert len(adopted.created) == 2
    found = store.draft("p")
    assert found is not None
    assert found.values == ADA.values
    assert found.active == found.sets[0].uid == adopted.created[0] != "a"
    assert values(store) == {"a": {"n": "other"}, found.active: dict(ADA.values), "b": {"n": "Bo"}}


def test_adoption_is_not_undone_over_a_newer_draft(store: Store, path: Path) -> None:
    store_as_before(path, DRAFT)
    adopted = store.packs.adopt_value_sets("p", new_uid).result(60)
    assert adopted is not None
    store.save_draft("p", replace(DRAFT, content=text("newer")), LATER, {}).result(60)
    assert not store.packs.return_value_sets(adopted).result(60)
    assert list(values(store)) == ["a", "b"]


def test_saving_over_value_sets_makes_cases_of_them(store: Store, path: Path) -> None:
    store_as_before(path, DRAFT)
    store.save_draft("p", replace(DRAFT, content=text("newer")), LATER, {one.uid: one for one in DRAFT.sets}).result(60)
    assert values(store) == {"a": dict(ADA.values), "b": {"n": "Bo"}}
    assert store.draft("p") == replace(DRAFT, content=text("newer"))


def test_value_sets_are_read_from_a_history_that_cannot_be_written(path: Path) -> None:
    first = opened(path)
    first.create_prompt("p", "One", NOW).result(60)
    first.save_draft("p", replace(DRAFT, sets=(BO,), active="b"), NOW).result(60)
    first.close()
    store_as_before(path, DRAFT)
    path.chmod(0o400)
    path.parent.chmod(0o500)
    try:
        with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as connection:
            from workbench.store.runs import prompts

            assert prompts.draft(connection, "p") == DRAFT
        connection.close()
    finally:
        path.parent.chmod(0o700)


def test_copy_of_a_prompt_has_copies_of_its_cases(store: Store) -> None:
    store.packs.save_cases(
        "p",
        [Case("h", "Held", (("n", "h"),), held_out=True), Case("b", "Bo", BO.values, CHECKS, tags=("x",), notes="n")],
    ).result(60)
    store.save_draft("p", DRAFT, NOW).result(60)
    store.duplicate_prompt("p", "q", "Copy", NOW).result(60)
    originals, copies = store.packs.cases("p"), store.packs.cases("q")
    assert [replace(case, uid="") for case in copies] == [replace(case, uid="") for case in originals]
    assert not {case.uid for case in copies} & {case.uid for case in originals}
    found = store.draft("q")
    assert found is not None
    assert [(one.name, one.ticked) for one in found.sets] == [("Ada", True), ("Bo", False)]
    assert found.active == found.sets[0].uid == copies[2].uid
    store.save_draft("q", replace(found, values=(("n", "copy"),)), LATER).result(60)
    assert values(store)["a"] == dict(ADA.values)


def test_copy_of_a_prompt_with_value_sets_has_cases(store: Store, path: Path) -> None:
    store.packs.save_cases("p", [Case("a", "Ada", (("n", "other"),))]).result(60)
    store_as_before(path, DRAFT)
    store.duplicate_prompt("p", "q", "Copy", NOW).result(60)
    found = store.draft("q")
    assert found is not None
    assert [(one.name, one.values) for one in found.sets] == [("Ada", ADA.values), ("Bo", BO.values)]
    assert [dict(case.values) for case in store.packs.cases("q")] == [{"n": "other"}, dict(ADA.values), {"n": "Bo"}]
    assert list(values(store)) == ["a"], "the original is still as it was stored"


def test_ten_thousand_cases_do_not_slow_a_draft(store: Store, path: Path) -> None:
    store.packs.save_cases("p", [Case(f"c{n}", "", (("n", str(n)),)) for n in range(10_000)]).result(60)
    draft = replace(DRAFT, sets=(ValueSet("c7", "", (("n", "7"),)),), active="c7", values=(("n", "7"),))
    store.save_draft("p", draft, NOW).result(60)
    assert store.draft("p") == draft
    with sqlite3.connect(path) as connection:
        from workbench.store.runs.draft_cases import _CHOSEN

        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {_CHOSEN}", (1, "[]")))
    connection.close()
    assert "SEARCH cases USING INDEX" in plan
    assert "uid=?" in plan


_names = st.sampled_from(["n", "m", "k"])
_maps = st.dictionaries(_names, st.sampled_from(["1", "2", ""]), max_size=3)


@depth.examples(60, 2000)
@given(_maps, _maps, _maps)
def test_merged_values_have_what_changed_here_and_else_what_is_stored(
    stored: dict[str, str], base: dict[str, str], new: dict[str, str]
) -> None:
    from workbench.store.runs.draft_cases import _merged

    found = dict(_merged(tuple(stored.items()), tuple(base.items()), tuple(new.items())))
    for name in ("n", "m", "k"):
        assert found.get(name) == (new if base.get(name) != new.get(name) else stored).get(name)
    assert _merged(tuple(base.items()), tuple(base.items()), tuple(new.items())) == tuple(new.items())
