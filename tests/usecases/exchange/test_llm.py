"""Import of llm's logs: both generations, once, completely; files that are no such logs are refused."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import NOW
from tests.usecases.exchange.llm_making import CALLS, PNG, Called, new_log, old_log
from workbench.core.blocks import Attachment, OutputFormat, Tool
from workbench.core.content import Content, Message
from workbench.core.lanes import Params
from workbench.core.money import Usage
from workbench.core.runs import AnswerStep, IterationDetail, Result, Timing
from workbench.core.templates import fill
from workbench.host.ids import new_uid
from workbench.store import Store, StoreError, open_store
from workbench.store.merging import llm_turns
from workbench.usecases.exchange.importer import Importer, ImportReport, ReadingHalt, sentence
from workbench.usecases.problems import RefusedError
from workbench.usecases.searcher import Searcher

Log = Callable[..., Path]
BOTH = pytest.mark.parametrize("log", [old_log, new_log], ids=["0.31", "0.36"])


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    folder = tmp_path / "mine"
    folder.mkdir()
    store = open_store(folder / "history.db", now=NOW, uid=new_uid)
    yield store
    store.close()


def take(store: Store, path: Path, tell: Callable[[ImportReport], None] = lambda _: None) -> ImportReport:
    return Importer(store, lambda: NOW).run(path, ReadingHalt(), tell)


def details(store: Store) -> dict[str, IterationDetail]:
    """Return the imported runs, by the call that they come from."""
    connection = sqlite3.connect(store.path)
    rows = connection.execute("SELECT foreign_id, uid FROM origins WHERE thing = 'run'").fetchall()
    connection.close()
    return {name: store.iteration_detail(uid) for name, uid in rows}


def sent(detail: IterationDetail) -> list[tuple[str, str]]:
    values = dict(detail.values)
    return [(message.role, fill(message.text, values)) for message in detail.content.messages]


@BOTH
def test_calls_are_grouped_into_prompts_by_their_system_prompt(store: Store, tmp_path: Path, log: Log) -> None:
    report = take(store, log(tmp_path / "logs.db"))
    assert sentence(report) == "Imported 7 runs with 7 answers in 2 new prompts."
    assert (report.total, report.read, report.state) == (8, 8, "done")
    assert {row.name: len(store.versions(row.uid)) for row in store.prompts()} == {
        "Be {{kind}}.": 1,
        "llm without a system prompt": 5,
    }
    found = details(store)
    assert found.keys() == {"a1", "b1", "b2", "c1", "d1", "e2", "f1"}
    # Braces in the sent text are literal, and stay so when it is run again.
    assert sent(found["a1"]) == [("system", "Be {{kind}}."), ("user", "Hello 世界 {{x}}")]
    assert sent(found["f1"]) == [("system", "Be {{kind}}."), ("user", "A long text.\n\nWhat of it?")]
    assert found["a1"].content == found["f1"].content
    assert sent(found["b2"]) == [("user", "first"), ("assistant", "one"), ("user", "second")]
    assert (found["b2"].row.note, found["b2"].row.summary) == ("first · turn 2", "second")
    [lane], [output] = found["a1"].lanes, found["a1"].outputs
    assert (lane.lane.model, lane.lane.params) == ("m", Params(temperature=0.5, top_k=3))
    assert output.result == Result(
        "finished",
        "Hi.",
        model="m-1",
        usage=Usage(10, 5, 2),
        timing=Timing(0, 0, None, 250),
        response={"id": "r"},
    )
    assert found["a1"].row.started_at == "2026-08-01T10:00:00.123Z"


@BOTH
def test_tools_schemas_and_attachments_are_imported(store: Store, tmp_path: Path, log: Log) -> None:
    take(store, log(tmp_path / "logs.db"))
    found = details(store)
    tool = Tool("look_up", "Look it up", '{"type": "object", "properties": {"order": {"type": "string"}}}')
    assert found["e2"].content == Content((Message("user", "{{input}}"),), tools=(tool,))
    result = found["e2"].outputs[0].result
    assert result.steps == (
        AnswerStep("tool_call", '{"order": "123"}', "look_up", "t1"),
        AnswerStep("tool_result", "in transit", "look_up", "t1"),
        AnswerStep("text", "In transit."),
    )
    assert (result.text, result.usage.input, result.timing.duration) == ("In transit.", 20, 500)
    assert found["d1"].content.output == OutputFormat("schema", '{"type": "object"}')
    [attached] = found["c1"].content.messages[0].attachments
    assert attached == Attachment(attached.hash, "image/png", "attachment-1")
    assert store.blob(attached.hash) == PNG


@BOTH
def test_importing_again_adds_only_new_calls(store: Store, tmp_path: Path, log: Log) -> None:
    take(store, log(tmp_path / "logs.db"))
    before = details(store).keys()
    preview = Importer(store, lambda: NOW).preview(log(tmp_path / "more.db"), ReadingHalt(), lambda _: None)
    assert sentence(preview, preview=True) == "Nothing new; 7 were already here."
    later = Called("g1", "g", "later", "now", "Be {{kind}}.")
    report = take(store, log(tmp_path / "later.db", (*CALLS, later)))
    assert sentence(report) == "Imported 1 run with 1 answer; 7 were already here."
    assert details(store).keys() - before == {"g1"}


def test_log_migrated_to_the_new_format_is_imported_once(store: Store, tmp_path: Path) -> None:
    take(store, old_log(tmp_path / "old.db"))
    report = take(store, new_log(tmp_path / "new.db"))
    assert (report.added.runs, report.known) == (0, 7)


@BOTH
def test_imported_runs_are_ordered_by_their_time(store: Store, tmp_path: Path, log: Log) -> None:
    calls = [Called(f"x{n}", f"t{n}", f"number {n}", "yes", at=f"20{30 - n}-01-01T00:00:00+00:00") for n in range(5)]
    take(store, log(tmp_path / "logs.db", calls))
    searcher = Searcher(store, lambda: NOW, lambda: 0)
    rows = searcher.search("kind:import").page.rows
    assert [row.row.started_at[:4] for row in rows] == ["2030", "2029", "2028", "2027", "2026"]
    while searcher.behind():
        pass
    assert len(searcher.search("number yes").page.rows) == 5


class Unfinished:
    """A change of every answer that is half on the disk, with what undoes it beside; it ends with the first copy."""

    def __init__(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, *, ends: bool, then: Callable[[], None] = lambda: None
    ) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA cache_size = 1")
        self._connection.execute("PRAGMA cache_spill = 1")
        self._path, self._ends, self._then, self.copies = path, ends, then, 0
        self.begin()
        self._copyfile = shutil.copyfile
        monkeypatch.setattr(shutil, "copyfile", self._copy)

    def begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("UPDATE responses SET response = 'changed ' || hex(randomblob(20000))")
        assert self._path.with_name(f"{self._path.name}-journal").stat().st_size > 0

    def _copy(self, source: Path, target: Path) -> None:
        self._copyfile(source, target)
        if source == self._path:
            self.copies += 1
            self._then()
            if self.copies == 1 or not self._ends:
                self._connection.execute("COMMIT")
            if not self._ends:
                self.begin()

    def close(self) -> None:
        self._connection.close()


def test_change_that_ends_during_the_copy_is_read_completely(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = old_log(tmp_path / "logs.db")
    writing = Unfinished(path, monkeypatch, ends=True)
    report = take(store, path)
    writing.close()
    assert (report.state, report.added.runs, writing.copies) == ("done", 7, 1)
    answers = [output.result.text for run in details(store).values() for output in run.outputs]
    assert {answer[:8] for answer in answers} == {"changed "}


def test_log_that_keeps_changing_is_refused(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = old_log(tmp_path / "logs.db")
    writing = Unfinished(path, monkeypatch, ends=False)
    with pytest.raises(StoreError, match=r"“logs\.db” keeps changing while it is read\. Close the program"):
        take(store, path)
    writing.close()
    assert details(store) == {}


def test_waiting_for_a_changing_log_can_be_stopped(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, halt = old_log(tmp_path / "logs.db"), ReadingHalt()
    writing = Unfinished(path, monkeypatch, ends=False, then=halt.ask)
    with pytest.raises(StoreError, match=r"Stopped before anything was read\. Import again") as stopped:
        Importer(store, lambda: NOW).run(path, halt, lambda _: None)
    writing.close()
    assert (stopped.value.code, writing.copies) == ("interrupted", 1)


def test_import_writes_no_files_next_to_the_log(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    log = new_log(folder / "logs.db")
    writer = sqlite3.connect(log)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE threads SET name = 'changed'")
    writer.commit()
    # As left by a killed process: a log without its index.
    for end in ("", "-wal"):
        shutil.copyfile(f"{log}{end}", tmp_path / f"killed.db{end}")
    before = {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()}
    assert take(store, log).added.runs == 7
    assert {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.iterdir()} == before
    writer.close()
    names = set(tmp_path.iterdir())
    assert take(store, tmp_path / "killed.db").known == 7
    assert set(tmp_path.iterdir()) == names
    assert sorted(path.name for path in store.path.parent.iterdir()) == [
        "history.db",
        "history.db-shm",
        "history.db-wal",
    ]
    assert details(store)["b1"].row.note == "changed · turn 1"


@BOTH
def test_stopped_import_can_be_continued(store: Store, tmp_path: Path, log: Log) -> None:
    path = log(tmp_path / "logs.db", [Called(f"x{n:03}", f"t{n}", f"number {n}", "yes") for n in range(120)])
    halt = ReadingHalt()
    report = Importer(store, lambda: NOW).run(path, halt, lambda _: halt.ask())
    assert (report.state, report.added.runs) == ("stopped", 50)
    assert sentence(report).endswith("Stopped before the end; import again to continue.")
    report = take(store, path)
    assert (report.state, report.added.runs, report.known) == ("done", 70, 50)


def test_files_that_are_no_llm_log_are_refused(store: Store, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no database")
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    # A view could be anything, and take forever.
    connection.execute("CREATE VIEW responses AS SELECT 1 AS id")
    connection.commit()
    connection.close()
    os.mkfifo(tmp_path / "pipe")
    for name, words in (
        ("notes.txt", "cannot be imported"),
        ("other.db", "a database of another program"),
        ("pipe", "is not a file"),
        ("gone.db", "There is no file"),
    ):
        with pytest.raises(RefusedError, match=words):
            take(store, tmp_path / name)


def test_readable_part_of_a_damaged_log_is_imported(store: Store, tmp_path: Path) -> None:
    path = old_log(tmp_path / "logs.db", [Called(f"x{n:03}", f"t{n}", f"number {n}", "yes") for n in range(200)])
    connection = sqlite3.connect(path)
    connection.execute(
        "UPDATE responses SET token_details = replace(hex(zeroblob(3000)), '00', '[' || substr(id, 2) || ']')"
    )
    connection.commit()
    connection.close()
    body = bytearray(path.read_bytes())
    # An overflow page in the middle of a long text; its first word is the number of the next page.
    page = next(at for at in range(0, len(body), 4096) if b"[150][150]" in body[at + 4 : at + 24])
    body[page : page + 4] = b"\x7f\xff\xff\xff"
    path.write_bytes(body)
    report = take(store, path)
    assert (report.state, report.added.runs, report.read) == ("broken", 150, 150)
    assert report.trouble == (
        "“logs.db” is damaged, so it cannot be read any further. Repair it, or import a copy of it."
    )
    path.write_bytes(bytes(body[:100]) + b"\xff" * 8000)
    with pytest.raises(StoreError, match=r"^“logs\.db” is damaged"):
        take(store, path)


def test_values_of_unexpected_types_are_read(store: Store, tmp_path: Path) -> None:
    path = old_log(tmp_path / "logs.db", CALLS[:2])
    connection = sqlite3.connect(path)
    nested = "[" * 100_000
    odd: tuple[Any, ...] = (b"\xff\xfe", 7.5, nested, "soon", -1, "many", nested)
    connection.execute(
        "UPDATE responses SET prompt = ?, system = ?, options_json = ?, datetime_utc = ?, duration_ms = ?,"
        " input_tokens = ?, token_details = ? WHERE id = 'a1'",
        odd,
    )
    connection.execute("UPDATE responses SET response = CAST(x'FF41' AS TEXT) WHERE id = 'b1'")
    connection.commit()
    connection.close()
    assert take(store, path).added.runs == 2
    found = details(store)
    assert sent(found["a1"]) == [("system", "7.5"), ("user", "��")]
    assert (found["a1"].row.started_at, found["a1"].outputs[0].result.usage) == (
        "1970-01-01T00:00:00.000Z",
        Usage(None, 5),
    )
    assert found["b1"].outputs[0].result.text == "�A"


def test_too_long_or_broken_calls_are_left_out_and_listed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.store.merging.llm_log_reader.MOST_TEXT", 1000)
    calls = (Called("a", "a", "short", "long" * 1000), Called("b", "b", "short", "fine"))
    report = take(store, old_log(tmp_path / "old.db", calls))
    assert (report.added.runs, [one.name for one in report.listed]) == (1, ["a"])
    path = new_log(tmp_path / "new.db", (*calls, Called("c", "c", "x", "y"), Called("d", "d", "z", "w")))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    tips = dict(connection.execute("SELECT id, parent_message_hash FROM turns"))
    connection.execute("UPDATE messages SET parent_hash = 'gone' WHERE hash = ?", (tips["c"],))
    connection.execute("UPDATE messages SET parent_hash = hash WHERE hash = ?", (tips["d"],))
    connection.commit()
    connection.close()
    report = take(store, path)
    assert sentence(report) == "Nothing new; 1 was already here; 3 left out."
    assert [one.name for one in report.listed] == ["a", "c", "d"]


@BOTH
def test_beginning_of_an_endless_conversation_is_imported(
    store: Store, tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("llm_log_reader", "llm_turns"):
        monkeypatch.setattr(f"workbench.store.merging.{module}.LONGEST", 3)
    assert llm_turns.LONGEST == 3
    report = take(store, log(tmp_path / "logs.db", [Called(f"x{n}", "t", f"number {n}", "yes") for n in range(5)]))
    assert (report.added.runs, report.left_out, report.listed[0].name) == (3, 1, "x3")
