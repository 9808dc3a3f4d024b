"""Incremental Markdown gives the same result as parsing at once, at a constant cost per chunk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests import depth
from workbench.ui.widgets.reader import document_growth
from workbench.ui.widgets.reader.document_growth import DocumentGrowth, PlacedPart, fused, goes_on
from workbench.ui.widgets.reader.parts import DocumentPart, ParsedParts, parse

WORDS = "order **status** of the `lookup` and its parcel"
LINES = st.sampled_from(
    [
        "",
        "",
        "words",
        "more *words* and `code`",
        "# Title",
        "- item",
        "  - inner",
        "    - deeper",
        "   and on",
        "1. one",
        "2. two",
        "7. seven",
        "> quoted",
        "> - in it",
        "```py",
        "```",
        "    x = 1",
        "| a | b |",
        "|---|---|",
        "| 1 | **2** |",
        "---",
        "===",
        "  ```",
        "  x",
        "a" * 90,
        "long " * 20,
    ]
)
TEXTS = st.lists(LINES, max_size=40).map("\n".join)


def _grown(text: str, sizes: list[int]) -> list[PlacedPart]:
    growing, placed, at = DocumentGrowth(), list[PlacedPart](), 0
    for number in range(len(text)):
        size = sizes[number % len(sizes)]
        growing.take(text[at : at + size])
        at += size
        placed += growing.step(more_to_come=True).settled
        if at >= len(text):
            break
    last = growing.step(more_to_come=False)
    return [*placed, *last.settled, *last.open]


def _together(placed: list[PlacedPart]) -> Iterator[DocumentPart]:
    """Yield the parts as they appear: a part that continues another one is merged with it."""
    whole: list[PlacedPart] = []
    for one in placed:
        if whole and goes_on(whole[-1], one):
            whole[-1] = fused(whole[-1], one)
        else:
            whole.append(one)
    yield from (one.part for one in whole)


def _words(parts: Iterator[DocumentPart]) -> str:
    """Return the text of parts, without styles and breaks."""
    return "".join(
        f"{part.marker}{part.text}{''.join(run.text for run in part.runs)}"
        + "".join(run.text for row in part.rows for cell in row for run in cell)
        for part in parts
    )


@depth.examples(200, 6000)
@given(TEXTS, st.lists(st.integers(1, 25), min_size=1, max_size=5))
def test_incremental_parse_equals_parsing_the_complete_text(text: str, sizes: list[int]) -> None:
    assert list(_together(_grown(text, sizes))) == list(parse(text).parts)


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long blocks begin early."""
    monkeypatch.setattr(document_growth, "UNIT", 60)
    monkeypatch.setattr(document_growth, "LONGEST_LINE", 50)
    monkeypatch.setattr(document_growth, "_SEARCHED", 30)


@depth.examples(200, 6000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS.filter(lambda text: "===" not in text), st.lists(st.integers(1, 25), min_size=1, max_size=5))
def test_split_blocks_lose_no_words(narrow: None, text: str, sizes: list[int]) -> None:
    placed = _grown(text, sizes)
    parts = list(_together(placed))
    if any(one.joined and one.part.kind == "paragraph" for one in placed):
        assert "".join(_words(iter(parts)).split()) == "".join(_words(iter(parse(text).parts)).split())
    else:
        assert parts == list(parse(text).parts)


TABLE = "| a | b |\n|---|---|\n" + "".join(f"| cell {n} | **{n}** |\n" for n in range(900))
CODE = "```py\n" + "".join(f"x = {n}  # a line\n" for n in range(1200)) + "```\n"
LONG = {
    "table": TABLE,
    "code": CODE,
    "code in an item": "1. Do:\n\n   ```py\n" + "   x = 1\n" * 1500 + "   ```\n2. Then\n",
    "code in one line": "```json\n" + '{"a": 1, "b": "c"}, ' * 800 + "\n```\n",
    "list": "".join(f"{n}. {WORDS}\n" for n in range(1, 300)),
    "one item with many": "- top\n" + f"  - {WORDS}\n" * 300 + "- end\n",
    "steps": "".join("  " * (n % 9) + f"- {WORDS}\n" for n in range(300)),
    "quote": f"> {WORDS}\n" * 300,
    "lines": f"{WORDS}\n" * 300,
    "one line": f"{WORDS} " * 300,
    "no space": "x" * 20_000,
}
PARTED = {"quote", "lines", "one line", "no space"}
"""Paragraphs that are split into several, each with its own styles."""


@pytest.mark.parametrize("name", LONG)
def test_long_blocks_are_parsed_in_bounded_steps(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    def counted(text: str, *, more_to_come: bool = False, links: Mapping[str, str] | None = None) -> ParsedParts:
        read.append(len(text))
        return parse(text, more_to_come=more_to_come, links=links)

    monkeypatch.setattr(document_growth, "parse", counted)
    text, size = LONG[name], 400
    parts = list(_together(_grown(text, [size])))
    assert max(read) <= document_growth.UNIT + document_growth.LONGEST_LINE + 2 * size
    assert sum(read) <= len(text) / size * (document_growth.UNIT + document_growth.LONGEST_LINE)
    whole = parse(text).parts
    if name in PARTED:
        assert "".join(_words(iter(parts)).split()) == "".join(_words(iter(whole)).split())
        assert len(parts) > 1
    else:
        assert parts == list(whole)


@pytest.mark.parametrize(
    "text",
    ["- " * 300 + "x", "".join("  " * n + f"- {n}\n" for n in range(90)), "![" * 2_000, "`" * 30_000],
    ids=["too deep", "a ladder", "brackets", "no place"],
)
def test_unrenderable_text_is_reported_as_stuck(text: str) -> None:
    growing = DocumentGrowth()
    for at in range(0, len(text), 500):
        growing.take(text[at : at + 500])
        if growing.is_stuck:
            break
        growing.step(more_to_come=True)
    assert growing.is_stuck


def test_deeply_nested_list_keeps_every_item() -> None:
    text = "".join("  " * n + f"- x{n}\n" for n in range(40))
    assert _words(iter(parse(text).parts)).count("x") == 40


def test_offset_is_the_start_of_a_part() -> None:
    for one in _grown(TABLE + "\nafter\n\n" + CODE, [333]):
        text = (TABLE + "\nafter\n\n" + CODE)[one.offset :]
        if one.part.kind == "table":
            row = one.part.rows[0]
            assert text.startswith(f"| {row[0][0].text} |")
        elif one.part.kind == "code":
            assert text.removeprefix("```py\n").startswith(one.part.text[:20])
        else:
            assert text.startswith("after")
