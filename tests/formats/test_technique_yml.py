"""Reading and writing technique files, with errors by line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.content import Content
from workbench.core.snippets import escape
from workbench.core.techniques import PLACES, Technique, example_pairs, insertion, output_format
from workbench.formats.imports.technique_yml import LIMIT_BYTES, TechniqueFileError, read_technique, write_technique
from workbench.host.dirs import resource

line = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
GOOD = b"name: A\nplace: caret\nsnippet: |\n  one\n  ${1:two}\n"


@given(
    line,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    line,
    st.sampled_from([place for place in PLACES if place not in ("examples", "output")]),
)
def test_written_technique_reads_back_unchanged_or_is_refused(name: str, snippet: str, what: str, place: str) -> None:
    technique = Technique("t", name, what, "", "", place, escape(snippet), own=True)  # type: ignore[arg-type]
    try:
        raw = write_technique(technique)
    except TechniqueFileError:
        assert not snippet.strip() or not snippet.isprintable() or snippet != snippet.strip()
        return
    assert read_technique(raw, "t", own=True) == technique


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"name: A\nplace: caret\nsnippet: |\n  one\n  ${1:two\n", "Line 5: Gap 1 is not closed"),
        (b"name: A\nplace: nowhere\nsnippet: x\n", "Line 2: `place` must be one of"),
        (b"name: A\nplace: caret\nsnippet: x\ncolour: red\n", "Line 4: `colour` is unknown"),
        (b"name: A\nname: B\n", "Line 2: `name` appears twice"),
        (b"name: [A]\n", "Line 1: `name` is not text"),
        (b"name: A\nplace: caret\n", "`snippet` is missing"),
        (b"- a\n- b\n", "not a map"),
        (b"name: 'A\nplace: caret\n", "Line 2 is not valid YAML"),
        (b"name: [A\n", "Line 1 is not valid YAML"),
        (b"name: A\n\xff\n", "Line 2 is not UTF-8"),
        (b"name: A\nplace: caret\nsnippet: a\x00b\n", "not valid YAML"),
        (b"name: A\nplace: examples\nsnippet: alone\n", "Line 3: Examples are pairs"),
        (b"name: A\nplace: output\nsnippet: '{\"type\": '\n", "Line 3: The snippet is a JSON Schema."),
        (b'name: A\nplace: output\nsnippet: \'{"type": "${1:object}"}\'\n', "cannot have gaps"),
        (b"", "not a map"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "anchor or alias"),
        (b"[" * 5000 + b"]" * 5000, "nested too deeply"),
        (b"x" * (LIMIT_BYTES + 1), "larger than"),
    ],
)
def test_errors_in_a_technique_file_name_the_line(raw: bytes, says: str) -> None:
    with pytest.raises(TechniqueFileError) as caught:
        read_technique(raw, "t")
    assert says in caught.value.sentence


def test_valid_file_is_read_without_gap_markers() -> None:
    assert read_technique(GOOD, "t").parsed().text == "one\ntwo"


def test_bundled_techniques_can_be_read_and_inserted() -> None:
    files = sorted(resource("techniques").glob("*.yml"))
    assert len(files) >= 14
    names = set()
    for file in files:
        technique = read_technique(file.read_bytes(), file.stem)
        assert all((technique.what, technique.helps, technique.hurts)), file
        names.add(technique.name)
        if technique.place == "output":
            assert output_format(technique).kind == "schema", file
            continue
        assert technique.parsed().gaps or len(example_pairs(technique)) == 2, file
        assert insertion(Content(), technique).text.strip(), file
        assert not re.search(r"\bTODO\b|\s$", technique.what), file
    assert len(names) == len(files)
