"""Reports are whole, valid in their format, and not changed by what a model answers."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.formats.test_reports.made_reports import made
from workbench.core.testing.grid import GridCell, GridRow
from workbench.formats import test_reports as reports
from workbench.formats.test_reports import FORMATS
from workbench.formats.test_reports.grid_copy import grid_copy
from workbench.formats.test_reports.markdown import MOST_FAILING

SHARED = {"__init__", "report_format", "case_outcomes", "grid_copy"}
HOSTILE = (
    "|||\n\n| a | b |\n| --- | --- |\n```\n</details><script>alert(1)</script> ![x](https://evil.example/x.png) "
    "<img src=x> [l](https://evil.example) https://evil.example www.evil.example @team #12 a@b.example ]]> &amp; "
    "\x00\x0b\ud800\u202e`` ` **bold** $x$ <!-- -->"
)
TWO = {
    "#14 · gpt-5-mini": [["pass"], ["fail"], ["unscored"], ["no_answer"]] + [["pass"]] * 16,
    "#15 · gpt-5-mini": [["pass"], ["pass"], ["pass"], ["fail"]] + [["pass"]] * 16,
}
ANY = st.text(st.characters(), max_size=80) | st.text(alphabet="`|\\<>#@[]()*_-!&~:/w.\n\t a", max_size=80)


def written(format_: str, *args: object, **more: object) -> str:
    return "".join(FORMATS[format_].write(*made(*args, **more)))  # type: ignore[arg-type]


def test_each_format_is_complete() -> None:
    files = {path.stem for path in Path(reports.__file__).parent.glob("*.py")}
    assert len(files - SHARED) == len(FORMATS) == len({row.order for row in FORMATS.values()})
    for row in FORMATS.values():
        assert re.fullmatch(r"\.[a-z]+", row.extension)
        assert row.title in row.filter
        assert row.help
        assert not row.help.endswith(".")


@pytest.mark.parametrize("format_", FORMATS)
def test_equal_reports_give_equal_bytes(format_: str) -> None:
    assert written(format_, TWO) == written(format_, TWO)


def test_junit_has_a_suite_per_column_and_counts_what_it_lists() -> None:
    root = ElementTree.fromstring(written("junit", TWO))
    assert root.tag == "testsuites"
    first, second = root
    assert [one.get("name") for one in root] == list(TWO)
    assert {key: first.get(key) for key in ("tests", "failures", "errors", "skipped", "timestamp")} == {
        "tests": "20",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
        "timestamp": "2026-11-29T10:00:00",
    }
    assert (root.get("tests"), root.get("failures")) == ("40", "2")
    kinds = [child.tag for one in first.iter("testcase") for child in one]
    assert kinds == ["failure", "skipped", "error"]
    assert first.find("testcase/failure").get("message") == "The answer lacks “x”."  # type: ignore[union-attr]
    assert first.find("testcase/failure").text == "An answer"  # type: ignore[union-attr]
    assert float(first.get("time", "")) == pytest.approx(30)
    properties = {one.get("name"): one.get("value") for one in second.iter("property")}
    assert properties["pass rate"] == "95 % (76 to 99)"
    assert str(properties["against the baseline"]).startswith("No difference shown between #15")


def test_samples_of_a_case_are_one_test_case() -> None:
    states = {"a": [["pass", "fail", "pass"], ["fail", "fail", "pass"], ["unscored", "no_answer", "unscored"]]}
    (suite,) = ElementTree.fromstring(written("junit", states))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "1 of 3 scored samples passed. The answer lacks “x”."


def test_names_of_test_cases_are_unique() -> None:
    states = {"a": [["pass"], ["pass"], ["pass"]]}
    (suite,) = ElementTree.fromstring(written("junit", states, names=["same", "same", ""]))
    assert [one.get("name") for one in suite.iter("testcase")] == ["same", "same (2)", "Case 3"]


@given(ANY, ANY)
def test_junit_is_well_formed_for_any_text(name: str, text: str) -> None:
    states = {f"a{name}": [["fail"], ["no_answer"], ["unscored"]]}
    told = written("junit", states, names=[name] * 3, reason=text, text=text, prompt=name)
    root = ElementTree.fromstring(told.encode("utf-8"))
    assert len(list(root.iter("testcase"))) == 3


def test_markdown_has_one_table_with_the_sentences_below() -> None:
    told = written("markdown", TWO, notes=["A part was left out."])
    assert told.startswith("## ❌ Test of `Order bot`\n\nThe pass rate is below 90 %.\n\n| Column |")
    assert "| `#14 · gpt-5-mini` | 94 % (74 to 99) | baseline | \\$1.00 | 1\\.5 s (1.5 s to 1.5 s) | " in told
    assert "on 20 cases · 40 calls · spent \\$0.2500" in told
    assert "\n- No difference shown between \\#<!-- -->15 · gpt-5-mini and the baseline" in told
    assert "<summary>2 failing cases</summary>" in told
    assert "<summary>1 note</summary>" in told


def test_markdown_lists_at_most_twenty_failing_cases() -> None:
    told = written("markdown", {"a": [["fail"]] * 50, "b": [["fail"]] * 50}, text="x" * 10_000, reason="y" * 10_000)
    assert f"<summary>100 failing cases, the first {MOST_FAILING}</summary>" in told
    assert told.count("Answer:") == MOST_FAILING
    assert len(told) < 60_000


def tokens_of(told: str) -> list[tuple[str, str]]:
    """Return the types and contents of all tokens as GitHub reads them: with tables, links in text, and HTML."""
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    found = []
    for token in parser.parse(told):
        found.append((token.type, token.content))
        found += [(child.type, child.content) for child in token.children or ()]
    return found


@given(ANY)
def test_no_text_becomes_markup_in_markdown(text: str) -> None:
    for hostile in (text, HOSTILE):
        states = {f"{hostile} a": [["fail"], ["pass"]], "b": [["pass"], ["fail"]]}
        told = written(
            "markdown", states, names=[hostile] * 2, reason=hostile, text=hostile, prompt=hostile, notes=[hostile]
        )
        found = tokens_of(told)
        kinds = [kind for kind, _ in found]
        assert not {"link_open", "image", "em_open"} & set(kinds)
        html = "".join(content for kind, content in found if kind in ("html_block", "html_inline"))
        assert not re.sub(r"</?details>|</?summary>|<!-- -->|\d+ (failing cases|note)|\s", "", html), html
        assert (kinds.count("table_open"), kinds.count("th_open"), kinds.count("td_open")) == (1, 6, 12)
        assert kinds.count("heading_open") == 1
        spoken = "".join(content if kind == "text" else "\0" for kind, content in found)
        assert "@team" not in spoken
        assert "#12" not in spoken


def test_json_has_the_documented_keys() -> None:
    told = json.loads(written("json", TWO))
    documented = (Path(__file__).parents[3] / "docs" / "TEST_REPORTS.md").read_text("utf-8")
    for place in (told, told["columns"][1], told["columns"][1]["comparison"], told["cells"][0]):
        for key in place:
            assert f"`{key}`" in documented, key
    assert (told["format"], told["run"], told["bar"]) == (2, 7, "not_held")
    assert told["columns"][0]["pass_rate"]["cases"] == 18
    assert told["columns"][0]["comparison"] is None
    assert told["columns"][1]["comparison"]["fixed"] == 1
    assert len(told["cells"]) == 40
    assert told["cell_counts"]["scored"] == 38


def test_json_of_no_cells_is_valid() -> None:
    report, _ = made(TWO)
    assert json.loads("".join(FORMATS["json"].write(report, lambda: iter(()))))["cells"] == []


def test_json_and_markdown_say_how_old_the_oldest_used_answer_is() -> None:
    def told(**changes: Any) -> tuple[dict[str, Any], str]:
        report, cells = made(TWO)
        report = replace(report, **changes)
        texts = ["".join(FORMATS[id_].write(report, cells)) for id_ in ("json", "markdown")]
        return json.loads(texts[0]), texts[1]

    ended = "2026-10-15T10:00:00.000Z"
    data, page = told(reused=10, oldest_reused=ended, oldest_reused_days=45)
    assert (data["reused"], data["oldest_reused"], data["oldest_reused_days"]) == (10, ended, 45)
    assert "40 calls, 10 reused, the oldest from 45 days ago · " in page
    data, page = told()
    assert (data["oldest_reused"], data["oldest_reused_days"]) == (None, None)
    assert "40 calls · " in page


@given(ANY)
def test_json_keeps_any_text(text: str) -> None:
    told = json.loads(written("json", {"a": [["fail"]]}, text=text, reason=text))
    assert told["cells"][0]["text"] == text


@given(ANY | st.sampled_from(["=1+1", "@x", "-1", "+1", "\t=1"]))
def test_csv_cells_are_never_formulas(text: str) -> None:
    told = written("csv", {text: [["fail"]]}, names=[text], text=text, reason=text)
    (row,) = list(csv.DictReader(io.StringIO(told, newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in row.values())
    assert row["text"].removeprefix("'") == text.removeprefix("'")


@given(ANY)
def test_copied_rows_keep_their_table(text: str) -> None:
    cells = (GridCell("fail", text=text), GridCell("pass", passed=2, scored=3, samples=3))
    copy = grid_copy(["#14", text], [GridRow(0, "u", text, (), cells)])
    kinds = [kind for kind, _ in tokens_of(copy.markdown())]
    assert (kinds.count("table_open"), kinds.count("th_open"), kinds.count("td_open")) == (1, 3, 3)
    assert not {"link_open", "image", "html_inline", "html_block"} & set(kinds)
    assert copy.rows[0][2] == "pass (2 of 3)"
    assert "<" not in re.sub(r"</?(table|tr|td|th)>|<br>", "", copy.html())
    assert len(list(csv.reader(io.StringIO(copy.csv(), newline="")))) == 2


def test_rows_without_answers_show_results_only() -> None:
    row = GridRow(3, "u", "", (), (GridCell("unscored", text="long"),))
    assert grid_copy(["a"], [row], with_answers=False).rows == (("Case 4", "unscored"),)
