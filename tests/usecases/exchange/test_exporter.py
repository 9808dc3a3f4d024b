"""Exports: complete, exact where promised, safe to open elsewhere, and reproducible."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, opened, run, text
from workbench.core.blocks import Attachment, Example, OutputFormat, Tool
from workbench.core.content import Content, Message, content_hash, from_json
from workbench.core.lanes import ECHO, Lane
from workbench.core.runs import AnswerStep, RunSet, Verdict
from workbench.formats.exports import FORMATS
from workbench.host.dirs import resource
from workbench.host.errors import HostError
from workbench.store import LaneStart, OutputStart, RunStart, Store, StoreError
from workbench.store.merging.foreign_database import ReadingHalt
from workbench.ui.widgets.stylesheet import DARK, LIGHT
from workbench.usecases.exchange.exporter import Exporter, ExportProgress, ExportSelection
from workbench.usecases.exchange.sources import opened as opened_source
from workbench.usecases.problems import RefusedError
from workbench.usecases.searcher import Searcher

EVIL = "<script>alert(1)</script> ```\n# no\n![x](http://evil/x.png) \u202e=cmd\x1b[2J </div></style>"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Order *bot*", NOW)
    lanes = (lane("A", "vendor/one"), lane("B", "two"))
    values = (("order", "=1+1"), ("note", "@x"))
    store.begin_run(run("r1", text("Where is {{order}}?", "Be kind."), lanes=lanes, values=values, note="-a note"))
    store.finish_output("r1.0.0", FULL_RESULT, LATER)
    store.finish_output("r1.1.0", done(EVIL), LATER)
    store.mark("r1", "v1", Verdict("winner", (0,)), ("r1.0.0", "r1.1.0"), LATER)
    store.curation.tag({"r1": ["fine"]})
    store.begin_run(replace(run("r2", text("x"), lanes=lanes), blind=True))
    store.finish_output("r2.0.0", done("second"), LATER)
    store.finish_output("r2.1.0", done("first"), LATER)
    store.begin_run(run("r3", text("y"), lanes=lanes[:1]))
    store.finish_output("r3.0.0", FAILED, LATER)
    store.add_attempt("r3.0.0", "r3.again", LATER)
    store.finish_output("r3.again", done("=2+2"), LATER).result(60)
    yield store
    store.close()


def exporter(store: Store) -> Exporter:
    return Exporter(store, Searcher(store, lambda: NOW, lambda: 0))


def written(store: Store, format_: str, *uids: str) -> str:
    out = io.StringIO(newline="")
    exporter(store).write(ExportSelection(uids or ("r1", "r2", "r3")), format_, out)
    return out.getvalue()


def lines(store: Store, *uids: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(store, "jsonl", *uids).split("\n")[:-1]]


def test_json_lines_contain_every_field_exactly(store: Store) -> None:
    first, second = lines(store, "r1")
    assert (first["output"], first["won"], first["verdict"], first["tags"]) == ("r1.0.0", True, "winner", ["fine"])
    assert (first["text"], second["text"]) == (FULL_RESULT.text, EVIL)
    assert (first["request"], first["response"]) == (FULL_RESULT.request, FULL_RESULT.response)
    assert [step["kind"] for step in first["steps"]] == ["reasoning", "tool_call", "tool_result", "text"]
    assert (first["model"], first["lane"], first["values"]) == ("vendor/one", 1, {"order": "=1+1", "note": "@x"})
    assert content_hash(from_json(first["content"])) == store.version("p", 1).hash
    assert [line["attempt"] for line in lines(store, "r3")] == [1, 2]


def test_importing_an_export_is_refused_with_an_alternative(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(written(store, "jsonl"))
    words = "is an export of Prompt Workbench, which cannot be imported again. Import the history that it came from"
    with pytest.raises(RefusedError, match=words), opened_source(path, tmp_path, ReadingHalt()):
        pass


@pytest.mark.parametrize("format_", FORMATS)
def test_export_of_a_blind_run_hides_models_and_lane_order(store: Store, format_: str) -> None:
    told = written(store, format_, "r2")
    assert "vendor/one" not in told
    assert "two" not in told
    # Ids are in the order of the lanes, which would identify them.
    assert "r2.0" not in told
    # Sorted by text, not by lane.
    assert told.index("first") < told.index("second")


def test_blind_answer_has_no_lane_cost_or_verdict(store: Store) -> None:
    for line in lines(store, "r2"):
        assert (line["blind"], line["lane"], line["won"], line["cost_usd"], line["answered_by"]) == (
            *(True, None, None, None, ""),
        )
        assert line["content"] is not None


def test_csv_cells_are_never_formulas(store: Store) -> None:
    told = written(store, "csv")
    assert told.count("\r\n") == len(list(csv.reader(io.StringIO(told, newline=""))))
    rows = list(csv.DictReader(io.StringIO(told, newline="")))
    assert [row["output"] for row in rows] == ["r1.0.0", "r1.1.0", *(row["output"] for row in rows[2:])]
    assert (rows[0]["value: order"], rows[0]["value: note"], rows[0]["note"]) == ("'=1+1", "'@x", "'-a note")
    assert rows[1]["text"] == EVIL
    assert rows[-1]["text"] == "'=2+2"
    assert (rows[0]["won"], rows[1]["won"], rows[2]["won"]) == ("yes", "no", "")
    assert (rows[0]["cost_usd"], rows[1]["cost_usd"]) == ("0.000165", "")
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_texts_cannot_break_out_of_the_markdown(store: Store) -> None:
    told = written(store, "md", "r1")
    assert told.startswith("# Order \\*bot\\* · \\#1\n")
    assert f"````text\n{EVIL}\n````\n" in told
    assert "### ★ one\n" in told
    assert "\n\\-a note\n" in told
    fence = ""
    for line in told.split("\n"):
        marks = line[: len(line) - len(line.lstrip("`"))]
        if not fence and len(marks) >= 3:
            fence = marks
        elif fence and line == fence:
            fence = ""
        elif not fence:
            assert "<script" not in line
            assert "![" not in line
    assert fence == ""


@pytest.mark.parametrize("format_", ["md", "html"])
def test_reports_contain_attachments_examples_output_format_and_tool_calls(store: Store, format_: str) -> None:
    content = Content(
        (Message("user", "Where is it?", (Attachment("ab" * 32, "image/png", "map.png"),)),),
        examples=(Example("Is it here?", "No, it left."),),
        output=OutputFormat("schema", '{"type": "object"}', "status"),
        tools=(Tool("LookUp", "Finds an order.", answer="It is in Bonn."),),
    )
    store.begin_run(run("r4", content, lanes=(lane("A", "one"),)))
    steps = (
        AnswerStep("text", "I look it up."),
        AnswerStep("tool_call", '{"order": 7}', "LookUp", "c1"),
        AnswerStep("tool_result", "It is in Bonn.", "LookUp", "c1"),
        AnswerStep("text", "It is on its way."),
    )
    store.finish_output("r4.0.0", replace(done("It is on its way."), steps=steps), LATER).result(60)
    told = written(store, format_, "r4")
    if format_ == "html":
        page = _Page()
        page.feed(told)
        told = "\n".join(page.texts)
    told = told.replace("\\", "")
    for title, said in (
        ("File of message 1", "map.png\nimage/png, SHA-256 abab"),
        ("Example 1", "No, it left."),
        ("Output", '{"type": "object"}'),
        ("Tool 1 · LookUp", "Finds an order."),
        ("Earlier text", "I look it up."),
        ("Called LookUp", '{"order": 7}'),
        ("Result of LookUp", "It is in Bonn."),
    ):
        assert said in told[told.index(title) :], title
    assert told.count("It is on its way.") == 1, "the last step is the answer"


class _Page(HTMLParser):
    """Parses a page like a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_page_loads_and_runs_nothing(store: Store) -> None:
    told = written(store, "html")
    page = _Page()
    page.feed(told)
    assert page.open == []
    known = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "h4", "small", "section", "p"}
    known |= {"span", "time", "details", "summary", "div", "dl", "dt", "dd", "article", "header", "footer", "bdi"}
    assert set(page.tags) <= known
    names = {name for name, _ in page.attributes}
    assert names <= {"lang", "charset", "http-equiv", "content", "name", "class", "dir", "datetime", "open"}
    assert "url(" not in told.split("</style>")[0]
    assert EVIL.replace("\x1b", "␛") in page.texts
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    assert told.count('class="lane won"') == 1
    assert "★ " in told
    assert "<h2><bdi>Order *bot*</bdi> <small>#1</small></h2>" in told


def test_html_page_has_the_colours_of_the_themes() -> None:
    style = resource("report", "report.css").read_text("utf-8")
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for tokens, part in ((LIGHT, light), (DARK, dark.split("@media")[0]), (LIGHT, style.split("@media print")[1])):
        for name in ("surface", "sunken", "line", "border", "text", "muted", "accent", "gold", "gold_soft", "red"):
            assert f"--{name.replace('_', '-')}: {getattr(tokens, name)};" in part


@pytest.mark.parametrize("format_", FORMATS)
def test_same_runs_export_the_same_bytes(store: Store, format_: str) -> None:
    assert written(store, format_) == written(store, format_)
    assert written(store, format_, "r3", "r1") != written(store, format_, "r1", "r3")


def test_query_export_contains_only_matching_runs(store: Store, tmp_path: Path) -> None:
    told: list[ExportProgress] = []
    target = tmp_path / "out.jsonl"
    done_ = exporter(store).to_file(ExportSelection(query="winner:yes"), "jsonl", target, tell=told.append)
    assert (done_, told[-1]) == (ExportProgress(1, 2), ExportProgress(1, 2))
    assert {json.loads(line)["run"] for line in target.read_text("utf-8").splitlines()} == {"r1"}
    everything = exporter(store).to_file(ExportSelection(query=""), "jsonl", tmp_path / "all.jsonl")
    assert everything.runs == 3
    with pytest.raises(RefusedError, match="no runs to export"):
        exporter(store).to_file(ExportSelection(query="nowhere"), "md", tmp_path / "none.md")
    assert sorted(path.name for path in tmp_path.glob("*.[jm]*")) == ["all.jsonl", "out.jsonl"]


def test_existing_file_is_replaced_only_on_request(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "out.md"
    target.write_text("mine")
    with pytest.raises(RefusedError, match="already exists"):
        exporter(store).to_file(ExportSelection(("r1",)), "md", target)
    assert target.read_text() == "mine"
    exporter(store).to_file(ExportSelection(("r1",)), "md", target, replace=True)
    assert target.read_text("utf-8").startswith("# Order")
    with pytest.raises(RefusedError, match="is a folder"):
        exporter(store).to_file(ExportSelection(("r1",)), "md", tmp_path, replace=True)


def test_stopped_or_failed_export_leaves_no_file(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    halt = ReadingHalt()
    with pytest.raises(StoreError):
        exporter(store).to_file(
            ExportSelection(("r1", "r2", "r3")), "md", folder / "a.md", halt=halt, tell=lambda _: halt.ask()
        )
    with pytest.raises(StoreError, match="not in the history"):
        exporter(store).to_file(ExportSelection(("r1", "gone")), "md", folder / "a.md")
    assert list(folder.iterdir()) == []
    with pytest.raises(HostError, match="There is no folder"):
        exporter(store).to_file(ExportSelection(("r1",)), "md", folder / "nowhere" / "a.md")
    # The reading connection has been released.
    assert exporter(store).to_file(ExportSelection(("r1",)), "md", folder / "a.md").runs == 1


@pytest.mark.deep(only=True)
def test_memory_does_not_grow_with_the_number_of_answers(store: Store, tmp_path: Path) -> None:
    sets = tuple(RunSet("", f"set {number}", (("order", str(number)),)) for number in range(3000))
    outputs = tuple(OutputStart(f"big.{number}", value_set=number) for number in range(len(sets)))
    lanes = (LaneStart("big.lane", Lane("A", ECHO, "echo"), 0, outputs),)
    store.begin_run(RunStart("big", "test", "p", "owner", NOW, None, text("z {{order}}"), "big.v", sets, lanes))
    for number in range(len(sets)):
        last = store.finish_output(f"big.{number}", done(f"{number} " * 500), LATER)
    last.result(60)
    target = tmp_path / "big.html"
    exporter(store).to_file(ExportSelection(("big",)), "html", target)
    tracemalloc.start()
    exporter(store).to_file(ExportSelection(("big",)), "html", target, replace=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert target.stat().st_size > 7_000_000
    assert peak < 4_000_000
    told = [json.loads(line)["value_set"] for line in written(store, "jsonl", "big").splitlines()]
    assert told == list(range(1, 3001))


def test_table_has_a_row_for_each_answer_and_no_markup_of_a_model(store: Store) -> None:
    table = exporter(store).table("r1")
    assert (table.title, table.head) == ("Order *bot* · #1", ("Lane", "Answer", "Winner", "Time", "Tokens", "Cost"))
    assert [(row[0], row[2]) for row in table.rows] == [("one", "★"), ("two", "")]
    assert [role for role, _ in table.prompt] == ["System", "User"]
    assert len(table.markdown().splitlines()) == 6
    assert "<script" not in table.html()
    assert r"\<script\>" in table.markdown()
    assert r"\`\`\`<br>\# no<br>" in table.markdown()


def test_table_of_a_blind_run_hides_lanes_and_figures(store: Store) -> None:
    table = exporter(store).table("r2")
    assert table.head == ("Lane", "Answer")
    assert table.rows == (("Answer 1, blind", "first"), ("Answer 2, blind", "second"))


def test_table_counts_answers_beyond_its_limit(store: Store) -> None:
    table = exporter(store).table("r1", 1)
    assert (len(table.rows), table.left_out) == (1, 1)
    assert "Left out: 1 more answer" in table.html()
    assert table.markdown().endswith("\nLeft out: 1 more answer.\n")
