"""Our YAML: exact for every text, with our reader and with PyYAML's, and limited to data."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.core import strategies as make
from tests.corpus import EXACT_TEXTS
from workbench.packs.errors import PackError
from workbench.packs.read_limits import MOST_DEPTH, MOST_NODES, MOST_TEXT
from workbench.packs.yaml_reader import PlainYaml, parse, typed
from workbench.packs.yaml_writer import write

hard = st.text(st.sampled_from(list(" \t\n\r:#-?&*!|>'\"%@`{}[],~\u00a0\u2028\u0085\ufeffab01.e\\/")), max_size=12)
texts = make.texts | hard
values = st.recursive(
    make.scalars | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_every_text_is_read_back_by_every_reader(data: dict[str, Any]) -> None:
    raw = write(data)
    assert typed(parse(raw, "f")) == data
    assert yaml.safe_load(raw) == data
    assert yaml.load(raw, Loader=yaml.CSafeLoader) == data
    assert b"\r" not in raw


@pytest.mark.parametrize("name", EXACT_TEXTS)
def test_exact_texts_are_read_back_from_every_position(name: str) -> None:
    text = EXACT_TEXTS[name]
    data = {"a": text, "b": [text, {"c": text}], text: [[text]]}
    assert typed(parse(write(data), "f")) == data
    assert yaml.safe_load(write(data)) == data


def test_long_keys_are_read_back() -> None:
    data = {"x" * 3000: {"y" * 600: [1]}}
    assert typed(parse(write(data), "f")) == data
    assert yaml.safe_load(write(data)) == data


def test_multiline_texts_are_written_as_blocks() -> None:
    data = {"text": "One\n\n  two: # {{x}}\nthree\n\n", "list": [{"a": " lead\nin\n"}]}
    assert write(data).decode() == (
        "text: |+\n  One\n\n    two: # {{x}}\n  three\n\nlist:\n  - a: |2\n       lead\n      in\n"
    )


@pytest.mark.parametrize("text", ["007", "1e3", "yes", "2026-11-24", "~", "null", "0x1f", "1_000", ".5", "=", "12:30"])
def test_ambiguous_texts_are_quoted(text: str) -> None:
    assert write({"a": text}) == f'a: "{text}"\n'.encode()


def test_numbers_keep_their_spelling_until_typed() -> None:
    read = parse(b"a: 007\nb: 1.50\nc: true\nd: '5'\ne: NaN\n", "f")
    assert read == {"a": "007", "b": "1.50", "c": "true", "d": "5", "e": "NaN"}
    assert isinstance(read["a"], PlainYaml)
    assert typed(read) == {"a": "007", "b": 1.5, "c": True, "d": "5", "e": "NaN"}


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(ValueError):
        write({"a": "\ud800"})


def bomb() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (bomb(), "anchor"),
        (b"a: &x 1\n", "anchor"),
        (b"a: !!python/object/apply:os.system [true]\n", "tag"),
        (b"a: !x 1\n", "tag"),
        (b"- a\n", "not a map"),
        (b"", "not a map"),
        (b"a: [\n", "line 2"),
        (b"a: 1\na: 2\n", "twice"),
        (b"? [a]\n: b\n", "not text"),
        (b"a: 1\n---\nb: 2\n", "several"),
        (b"a: \xff\n", "UTF-8"),
        (b"a: " + b"[" * (MOST_DEPTH + 2) + b"]" * (MOST_DEPTH + 2), "nested"),
        (b"[" * 200_000, "not valid"),
        (b"a:\n" + b"- x\n" * MOST_NODES, "values"),
        (b"#" * (MOST_TEXT + 1), "MB"),
    ],
)
def test_yaml_that_is_not_plain_data_is_refused(raw: bytes, word: str) -> None:
    with pytest.raises(PackError, match=word) as caught:
        parse(raw, "pack.yaml")
    assert caught.value.sentence.startswith("pack.yaml")
    assert caught.value.sentence.endswith(".")


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_are_parsed_to_a_map_or_refused(raw: bytes) -> None:
    with suppress(PackError):
        assert isinstance(parse(raw, "f"), dict)
