"""What versions are called, from what the history knows of them."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path

from tests.store.making import LATER, NOW, done, lane, run, text
from workbench.core.drafts import Draft
from workbench.core.search.query import SearchQuery
from workbench.core.timeline import BareVersion, describe, standing
from workbench.store import Store
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.records import FirstVersion, WholePrompt


def begun(store: Store, name: str, words: str | None, based_on: int | None = None, **more: object) -> None:
    store.begin_run(run(name, words and text(words), based_on=based_on, **more)).result(60)  # type: ignore[arg-type]


def ended(store: Store, *outputs: str) -> None:
    for output in outputs:
        store.finish_output(output, done("An answer."), LATER).result(60)


def test_version_is_named_after_its_first_iteration(store: Store) -> None:
    begun(store, "r1", "one")
    begun(store, "r2", "one", 1)
    begun(store, "r3", "two", 1)
    begun(store, "r4", "one", 2)
    assert store.version_names("p") == {2: "#3", 1: "#1"}
    rows = store.iterations("p")
    assert [(row.number, row.version, row.version_name) for row in rows] == [
        (4, 1, "#1"),
        (3, 2, "#3"),
        (2, 1, "#1"),
        (1, 1, "#1"),
    ]
    assert [label.name for label in store.version_labels("p")] == ["#3", "#1"]
    assert [version.name for version in store.versions("p")] == ["#1", "#3"]
    assert store.version("p", 2).name == "#3"
    assert [one.version_name for one in store.iteration_detail("r4").lanes] == ["#1"]


def test_branch_is_named_after_its_iteration(store: Store) -> None:
    for number, words in enumerate(("one", "two", "three"), start=1):
        begun(store, f"r{number}", words, number - 1 or None)
    begun(store, "branch", "one differently", 1)
    assert store.iteration("branch").branched
    assert store.version("p", 4).parent == 1
    assert store.version_names("p")[4] == "#4"


def test_starting_a_run_returns_the_version_name(store: Store) -> None:
    store.add_version("p", "bare", text("one"), None, NOW).result(60)
    assert store.version_names("p") == {1: "text 1"}
    first = store.begin_run(run("r1", text("two"), based_on=1)).result(60)
    assert (first.version_number, first.version_name) == (2, "#1")
    again = store.begin_run(run("r2", text("two"), based_on=2)).result(60)
    assert (again.number, again.version_name) == (2, "#1")
    late = store.begin_run(run("r3", text("one"), based_on=2)).result(60)
    assert (late.version_number, late.version_name) == (1, "#3")


def test_tested_prompts_of_a_file_are_called_as_in_it(store: Store) -> None:
    """The note of such a version is its title in the file; a changed text of the same title is counted."""
    uid = str(uuid.uuid5(uuid.NAMESPACE_URL, "file:///promptfooconfig.yaml"))
    store.create_prompt(uid, "File", NOW).result(60)
    long = "Answer the customer of our shop in one friendly sentence: {{question}}"
    for words, note in (("one", "concise"), ("two", long), ("three", "concise"), ("four", "")):
        store.add_version(uid, words, text(words), None, NOW, note).result(60)
    assert set(store.version_names(uid).values()) == {"text 1", "text 2", "text 3", "text 4"}, "not tested yet"
    lanes = tuple(lane(str(number), pinned=number) for number in range(1, 5))
    begun(store, "t1", None, kind="test", lanes=lanes, prompt=uid)
    assert store.version_names(uid) == {
        1: "concise",
        2: "Answer the customer of our shop in one…",
        3: "concise (2)",
        4: "text 4",
    }
    assert store.version_named(uid, "concise (2)") == 3
    assert [label.text for label in store.version_labels(uid)][-1] == "one", "its note is its name"
    begun(store, "r1", "one", at=LATER, prompt=uid)
    assert store.version_names(uid)[1] == "#1"
    assert store.version_names(uid)[3] == "concise (2)", "running one text renames no other"
    # Elsewhere a note is what a person wrote about a text.
    store.add_version("p", "other", text("other"), None, NOW, "shorter").result(60)
    begun(store, "t2", None, kind="test", lanes=(lane("A", pinned=1),))
    assert store.version_names("p") == {1: "text 1"}


def test_started_run_returns_the_name_that_is_read_later(store: Store) -> None:
    kinds = ("improve", "iteration", "propose", "iteration")
    for number, kind in enumerate(kinds, start=1):
        begun = store.begin_run(run(f"r{number}", text(f"text {number}"), kind=kind)).result(60)
        assert begun.version_number == number
        assert begun.version_name == store.version_names("p")[number], kind


def test_pinned_lanes_do_not_name_a_version(store: Store) -> None:
    """An iteration names one text; lanes beside it may have run several others."""
    for words in ("one", "two"):
        store.add_version("p", words, text(words), None, NOW).result(60)
    begun(store, "r1", "three", 2, lanes=(lane("A", pinned=1), lane("B", pinned=2), lane("C")))
    assert store.version_names("p") == {3: "#1", 2: "text 2", 1: "text 1"}
    assert [one.version_name for one in store.iteration_detail("r1").lanes] == ["text 1", "text 2", "#1"]
    rows = store.timeline("p").rows
    assert [row.name for row in rows if isinstance(row, BareVersion)] == ["text 2", "text 1"]
    begun(store, "r2", None, 3, lanes=(lane("A", pinned=2), lane("B", pinned=1)))
    assert store.version_names("p") == {3: "#1", 2: "#2", 1: "text 1"}, "with every lane pinned, the first one's text"


def test_versions_without_an_iteration_are_named_by_their_origin(store: Store, path: Path) -> None:
    begun(store, "i1", "from llm", kind="import")
    begun(store, "i2", "from llm too", kind="import")
    begun(store, "r1", "mine", 2)
    store.add_version("p", "came", text("from a pack"), 3, NOW).result(60)
    with sqlite3.connect(path) as other:
        other.execute(
            "INSERT INTO origins (kind, foreign_id, thing, uid, source, imported_at)"
            " VALUES ('pack', 'x:y', 'version', 'came', 'file', ?)",
            (NOW,),
        )
    other.close()
    store.add_version("p", "else", text("else"), 3, NOW).result(60)
    assert store.version_names("p") == {5: "text 1", 4: "imported 3", 3: "#1", 2: "imported 2", 1: "imported 1"}
    begun(store, "r2", "from llm", 1, at=LATER)
    assert store.version_names("p") == {5: "text 1", 4: "imported 3", 3: "#1", 2: "imported 2", 1: "#2"}, (
        "the names of the others stay"
    )
    assert store.iteration("i2").version_name == "imported 2"


def test_sample_versions_are_named_sample(store: Store) -> None:
    def whole(uid: str, fact: str, *words: str) -> WholePrompt:
        versions = tuple(FirstVersion(f"{uid}.{word}", text(word)) for word in words)
        return WholePrompt(uid, uid, versions, Draft(text("draft")), fact)

    store.add_whole_prompts(
        [whole("one", "tool_sample_prompt", "a"), whole("two", "sample_prompt", "b", "c")], NOW
    ).result(60)
    assert store.version_names("one") == {1: "sample"}
    assert store.version_names("two") == {2: "sample 2", 1: "sample 1"}
    begun(store, "r", "mine", 2, prompt="two", at=LATER)
    store.add_version("two", "later", text("later"), 2, LATER).result(60)
    assert store.version_names("two") == {4: "text 1", 3: "#1", 2: "sample 2", 1: "sample 1"}
    store.duplicate_prompt("two", "copy", "Copy", LATER).result(60)
    assert store.version_names("copy") == {1: "text 1"}


def test_label_follows_the_iteration_number_or_replaces_the_name(store: Store, path: Path) -> None:
    begun(store, "r1", "one")
    store.add_version("p", "bare", text("two"), 1, NOW).result(60)
    with sqlite3.connect(path) as other:
        other.execute(
            "INSERT INTO labels (prompt_id, name, version_id, moved_at) SELECT prompt_id, 'live ' || number, id, ?"
            " FROM versions",
            (NOW,),
        )
    other.close()
    assert store.version_names("p") == {2: "live 2", 1: "#1 (live 1)"}
    assert store.version_named("p", "live 2") == 2
    assert store.iteration("r1").version_name == "#1 (live 1)"


def test_deleting_the_first_iteration_renames_a_version_to_the_next(store: Store) -> None:
    begun(store, "r1", "one")
    begun(store, "r2", "two", 1)
    begun(store, "r3", "one", 2)
    ended(store, "r1.0.0", "r2.0.0", "r3.0.0")
    store.curation.delete(["r1", "r2"], True).result(60)
    assert store.version_names("p") == {2: "#2", 1: "#3"}, "#2 is the only one of its text, and can be restored"
    store.curation.delete(["r1", "r2"], False).result(60)
    assert store.version_names("p") == {2: "#2", 1: "#1"}
    store.save_draft("p", Draft(text("new"), based_on=2), LATER).result(60)
    _, kept = store.deleting.purge(PurgeTargets(("r1", "r2")), LATER, iter(map(str, range(99))).__next__)
    assert [(one.number, one.name) for one in kept] == [(2, "#2")]
    assert store.version_names("p") == {2: "text 1", 1: "#3"}
    begun(store, "r4", "two", 1)
    assert store.version_names("p") == {2: "#4", 1: "#3"}, "numbers are given once"


def test_version_is_found_by_number_or_name(store: Store) -> None:
    begun(store, "i", "imported", kind="import")
    begun(store, "r1", "one", 1)
    begun(store, "r2", "one", 2)
    found = {typed: store.version_named("p", typed) for typed in ("1", "#1", " #2", "imported  1", "3", "text 1", "")}
    assert found == {"1": 2, "#1": 2, " #2": 2, "imported  1": 1, "3": None, "text 1": None, "": None}
    assert store.version_named("p", "9" * 5000) is None


def test_search_results_omit_version_names_that_need_a_full_scan(store: Store) -> None:
    begun(store, "i", "imported", kind="import")
    begun(store, "r1", "one", 1)
    ended(store, "i.0.0", "r1.0.0")
    page = store.searches.page(SearchQuery(), str)
    assert {row.row.run_uid: row.row.version_name for row in page.rows} == {"i": "", "r1": "#1"}


def test_version_that_only_tests_ran_is_named_after_the_first_of_them(store: Store) -> None:
    begun(store, "t1", "one", kind="test")
    begun(store, "t2", "one", 1, kind="test")
    begun(store, "t3", "two", 1, kind="test")
    assert store.version_names("p") == {2: "test 3", 1: "test 1"}
    named = {typed: store.version_named("p", typed) for typed in ("test 1", " test  2", "test 3", "test 4", "test x")}
    assert named == {"test 1": 1, " test  2": 1, "test 3": 2, "test 4": None, "test x": None}
    (newest, _) = store.timeline("p").rows
    assert isinstance(newest, BareVersion)
    assert (newest.tested, newest.ran, standing(newest)) == (True, False, "")
    assert describe(newest).endswith("ran only in tests")
    begun(store, "r1", "two", 2)
    assert store.version_names("p") == {2: "#1", 1: "test 1"}


def test_test_of_pinned_columns_names_no_version(store: Store) -> None:
    for number, words in enumerate(("one", "two"), start=1):
        store.add_version("p", f"v{number}", text(words), None, LATER).result(60)
    begun(store, "t1", None, None, lanes=(lane("A", pinned=1), lane("B", pinned=2)), kind="test")
    assert store.version_names("p") == {2: "text 2", 1: "text 1"}
    assert store.version_named("p", "test 1") is None
    begun(store, "t2", "two", None, lanes=(lane("A", pinned=1), lane("B")), kind="test")
    assert store.version_names("p") == {2: "test 2", 1: "text 1"}


def test_version_tested_later_renames_no_other(store: Store, path: Path) -> None:
    for number, words in enumerate(("one", "two", "three"), start=1):
        store.add_version("p", f"v{number}", text(words), None, LATER).result(60)
    assert store.version_names("p") == {3: "text 3", 2: "text 2", 1: "text 1"}
    begun(store, "t1", "one", 3, kind="test")
    assert store.version_names("p") == {3: "text 3", 2: "text 2", 1: "test 1"}
    begun(store, "t2", "new", 3, kind="test")
    assert store.version_names("p") == {4: "test 2", 3: "text 3", 2: "text 2", 1: "test 1"}
    with sqlite3.connect(path) as other:
        other.execute(
            "INSERT INTO labels (prompt_id, name, version_id, moved_at) SELECT prompt_id, 'live', id, ? FROM versions"
            " WHERE number = 4",
            (NOW,),
        )
    other.close()
    assert store.version_names("p")[4] == "live"
