"""The timeline: iterations, and versions without iterations, in one list."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests import depth
from tests.store.making import LATER, NOW, done, lane, opened, run, text
from workbench.core.content import content_hash
from workbench.core.timeline import BareVersion, TimelineCursor, TimelineRow
from workbench.store import Store, StoreError


def moment(second: int) -> str:
    return f"2026-11-24T13:{second // 60:02}:{second % 60:02}.000Z"


def add(store: Store, words: str, parent: int | None, at: str = NOW, note: str = "") -> None:
    store.add_version("p", f"v-{words}", text(words), parent, at, note).result(60)


def names(rows: tuple[TimelineRow, ...]) -> list[str]:
    return [f"v{row.number}" if isinstance(row, BareVersion) else str(row.number) for row in rows]


def whole(store: Store, limit: int = 100) -> list[TimelineRow]:
    """Read the timeline page by page."""
    rows: list[TimelineRow] = []
    page = store.timeline("p", None, limit)
    rows += page.rows
    while page.next is not None:
        page = store.timeline("p", page.next, limit)
        assert len(page.rows) <= limit
        rows += page.rows
    return rows


def test_versions_without_runs_are_rows_with_their_change(store: Store) -> None:
    add(store, "Answer.", None, note="the first")
    add(store, "Answer politely.", 1)
    first = BareVersion("v-Answer.", 1, NOW, "the first", "Answer.", 1, 0, name="text 1")
    second = BareVersion("v-Answer politely.", 2, NOW, "", "politely.", 1, 0, name="text 2")
    assert store.timeline("p").rows == (second, first)
    assert store.timeline("p").next is None
    assert store.iterations("p") == []
    assert store.iteration_count("p") == 0
    assert store.prompts()[0].iterations == 0


def test_version_with_iterations_has_no_row_of_its_own(store: Store) -> None:
    add(store, "one", None, moment(1))
    add(store, "two", 1, moment(2))
    store.begin_run(run("r1", text("two"), based_on=2, at=moment(3))).result(60)
    assert names(store.timeline("p").rows) == ["1", "v1"]
    store.begin_run(run("r2", text("one"), based_on=2, at=moment(4))).result(60)
    store.begin_run(run("r3", text("three"), based_on=1, at=moment(5))).result(60)
    assert names(store.timeline("p").rows) == ["3", "2", "1"]


def test_version_run_only_in_a_pinned_lane_keeps_its_row(store: Store) -> None:
    add(store, "one", None, moment(1))
    store.begin_run(run("r1", text("two"), lanes=(lane("A", pinned=1), lane("B")), based_on=1, at=moment(2))).result(60)
    rows = store.timeline("p").rows
    assert names(rows) == ["1", "v1"]
    assert isinstance(rows[1], BareVersion)
    assert rows[1].ran
    store.begin_run(run("r2", None, lanes=(lane("A", pinned=1),), based_on=1, at=moment(3))).result(60)
    assert names(store.timeline("p").rows) == ["2", "1"], "with every lane pinned, its text is the iteration's"


def test_version_with_only_a_test_run_keeps_its_row(store: Store) -> None:
    store.begin_run(run("t", text("one"), kind="test")).result(60)
    (row,) = store.timeline("p").rows
    assert isinstance(row, BareVersion)
    assert (row.ran, row.tested) == (False, True)


def test_version_with_imported_answers_is_marked_as_imported(store: Store) -> None:
    store.begin_run(run("i", text("one"), kind="import")).result(60)
    (row,) = store.timeline("p").rows
    assert isinstance(row, BareVersion)
    assert (row.ran, row.imported) == (False, True)


def test_timeline_rows_are_ordered_by_time(store: Store) -> None:
    for second in (1, 3, 5):
        store.begin_run(run(f"r{second}", text("same"), at=moment(second))).result(60)
        add(store, f"between {second}", 1, moment(second + 1))
    assert names(store.timeline("p").rows) == ["v4", "3", "v3", "2", "v2", "1"]


def test_clock_set_back_does_not_reorder_rows_of_the_same_kind(store: Store) -> None:
    for number, second in enumerate((100, 5, 50), start=1):
        store.begin_run(run(f"r{number}", text("same"), at=moment(second))).result(60)
    for number, second in enumerate((60, 4, 200), start=1):
        add(store, f"version {number}", 1, moment(second))
    found = names(store.timeline("p").rows)
    assert [name for name in found if name[0] != "v"] == ["3", "2", "1"]
    assert [name for name in found if name[0] == "v"] == ["v4", "v3", "v2"]
    assert names(tuple(whole(store, 1))) == found


steps = st.lists(
    st.tuples(st.sampled_from(["run", "run again", "pinned", "version"]), st.integers(0, 59)), min_size=1, max_size=14
)


@depth.examples(25, 625, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.integers(1, 5))
def test_pages_of_any_size_add_up_to_the_same_list(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[str, int]], limit: int
) -> None:
    """Every iteration once, every version without iterations once, however the pages are cut."""
    store = opened(tmp_path_factory.mktemp("pages") / "history.db")
    try:
        store.create_prompt("p", "Order bot", NOW)
        add(store, "first", None, moment(0))
        iterated = set()
        for index, (kind, second) in enumerate(made):
            content = text(f"text {index}")
            if kind == "version":
                add(store, f"bare {index}", 1, moment(second))
                continue
            lanes = (lane("A", pinned=1), lane("B")) if kind == "pinned" else (lane(),)
            if kind == "run again":
                content = text("first")
            begun = store.begin_run(run(f"r{index}", content, lanes=lanes, based_on=1, at=moment(second))).result(60)
            iterated.add(begun.version_number)
        versions = {version.number for version in store.versions("p")}
        rows = whole(store, limit)
        assert rows == whole(store, 1000)
        assert [row.number for row in rows if isinstance(row, BareVersion)] == sorted(versions - iterated, reverse=True)
        iterations = [row for row in rows if not isinstance(row, BareVersion)]
        assert iterations == store.iterations("p")
    finally:
        store.close()


def test_page_reads_no_versions_older_than_its_iterations(store: Store, path: Path) -> None:
    for n in range(300):
        last = store.begin_run(run(f"r{n}", text(f"text {n}"), based_on=n or None, at=moment(n)))
    last.result(60)
    page = store.timeline("p", None, 20)
    assert page.next == TimelineCursor(281, 282)
    page = store.timeline("p", page.next, 20)
    assert page.next == TimelineCursor(261, 262)
    assert [row.number for row in page.rows] == list(range(280, 260, -1))


def test_version_detail_has_content_row_and_editable_note(store: Store) -> None:
    add(store, "one", None, note="why")
    detail = store.version_detail("v-one")
    assert detail.content == text("one")
    assert (detail.row, detail.newer) == (store.timeline("p").rows[0], "")
    store.set_version_note("v-one", "because").result(60)
    assert store.version_detail("v-one").row.note == "because"
    with pytest.raises(StoreError, match="version is not in the history"):
        store.version_detail("x")
    with pytest.raises(StoreError, match="version is not in the history"):
        store.set_version_note("x", "note").result(60)


def test_version_labels_show_the_note_or_change_and_the_opening(store: Store) -> None:
    add(store, "Answer\n the  question.", None, note="the first")
    add(store, "Answer the question politely, please, and at length, as if you had time. " * 9, 1)
    store.begin_run(run("r1", text("Answer the question in French."), based_on=1)).result(60)
    store.begin_run(run("r2", text("Answer in German."), based_on=1, note="another language")).result(60)
    labels = {label.number: label for label in store.version_labels("p")}
    assert list(labels) == [4, 3, 2, 1]
    assert (labels[1].text, labels[1].opening) == ("the first", "Answer\n the  question.")
    assert labels[2].text == labels[2].opening
    assert labels[2].opening.startswith("Answer the question politely, please, and at length, as if you had time.")
    assert (labels[3].text, labels[3].opening) == ("in French.", "Answer the question in French.")
    assert labels[4].text == "another language"


def newer(path: Path, old: str, body: str) -> str:
    """Replace the content with the words `old` by another one, as a newer release would; return its hash."""
    import hashlib

    hash_ = hashlib.sha256(body.encode()).hexdigest()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE contents SET body = ?, hash = ? WHERE hash = ?", (body, hash_, content_hash(text(old))))
    other.close()
    return hash_


@pytest.mark.parametrize(
    ("body", "shown", "said"),
    [
        ('{"format":1,"messages":[{"files":[1],"role":"user","text":"one"}]}', text("one"), "Message 1 has 'files'"),
        ('{"format":1,"messages":[{"role":"user","text":"one"},{"role":"tool","text":""}]}', text("one"), "Message 2"),
        ('{"format":1,"messages":[{"role":"user","text":"one"},{"parts":[],"role":"user"}]}', text("one"), "Message 2"),
        ('{"format":1,"messages":[{"role":"user","text":"one"}],"template":"mustache"}', text("one"), "mustache"),
    ],
)
def test_content_of_a_newer_release_is_shown_with_a_notice_and_keeps_its_hash(
    store: Store, path: Path, body: str, shown: object, said: str
) -> None:
    add(store, "one", None, moment(1))
    add(store, "two", 1, moment(2))
    store.begin_run(run("r1", text("three"), based_on=1, at=moment(3))).result(60)
    hash_ = newer(path, "one", body)
    newer(path, "three", body.replace("one", "three"))
    first, second, third = store.versions("p")
    assert (first.content, first.hash) == (shown, hash_)
    assert said in first.newer
    assert "can only be read here" in first.newer
    assert (second.content, second.newer) == (text("two"), "")
    assert store.version("p", 1) == first
    assert names(store.timeline("p").rows) == ["1", "v2", "v1"]
    assert store.version_detail("v-one").newer == first.newer
    detail = store.iteration_detail("r1")
    assert (detail.newer, detail.content) == (third.newer, third.content)
    assert [label.opening for label in store.version_labels("p")] == ["three", "two", "one"]
    # The change is counted against the readable part of its base, and the copy of a prompt has the same version.
    assert store.begin_run(run("r2", text("one more"), based_on=1)).result(60).change.added == 1
    store.duplicate_prompt("p", "q", "Copy", LATER).result(60)
    store.finish_output("r2.0.0", done("x"), LATER).result(60)
