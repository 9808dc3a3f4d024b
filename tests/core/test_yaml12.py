"""YAML is read as JavaScript reads it, and no text makes a large value or a crash."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.yaml12 import MOST_NODES, YamlDocument, YamlError, read_yaml

BOMB = "a: &a [" + ", ".join(["x"] * 9) + "]\n"
BOMB += "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("yes", "yes"), ("NO", "NO"), ("on", "on"), ("True", True), ("FALSE", False), ("~", None), ("", None)),
        *(("007", 7), ("0x10", 16), ("0o17", 15), ("0b11", "0b11"), ("1_000", "1_000"), ("1:30", "1:30"), ("+1", 1)),
        *(("1.0", 1), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("1e", "1e"), ("0x", "0x")),
        *(("12345678901234567890", 1.2345678901234567e19), ("1e999", "1e999"), (".inf", ".inf")),
        *(("'007'", "007"), ("!!str 5", "5"), ("!!int 5", 5), ('"a\\nb"', "a\nb"), ("=", "=")),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    found = read_yaml(f"k: {text}").value["k"]
    assert (found, type(found)) == (value, type(value))


def test_unquoted_dates_stay_texts_and_are_named() -> None:
    found = read_yaml('{a: 2024-01-02, b: "2024-01-02", c: 2024-01-02T10:00:00Z, d: 2024-1-2}')
    assert found.value["a"] == "2024-01-02"
    assert found.dates == ("2024-01-02", "2024-01-02T10:00:00Z")


def test_maps_are_merged_and_their_own_keys_win() -> None:
    text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz: {b: 9, <<: [*x, *y]}\nw: {<<: *y}"
    assert read_yaml(text).value["z"] == {"b": 9, "a": 1, "c": 4}
    assert read_yaml(text).value["w"] == {"b": 3, "c": 4}


def test_keys_are_texts() -> None:
    assert read_yaml("{1: a, true: b, null: c, 1.5: d}").value == {"1": "a", "true": "b", "null": "c", "1.5": "d"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2", "line 2: the key “a” is there twice"),
        ('1: a\n"1": b', "line 2: the key “1” is there twice"),
        ("a: 1\n---\nb: 2", "there are several documents, separated by “---”"),
        ("? [a]\n: b", "line 1: a list or a map cannot be a key"),
        ("a: &a [*a]", "line 1: the alias *a names nothing above, or contains itself"),
        ("a: *b", "line 1: "),
        ("a: !!binary aGk=", "line 1: the tag tag:yaml.org,2002:binary is not read"),
        ("!python/object:os.system x", "line 1: the tag !python/object:os.system is not read"),
        ("a: {<<: 1}", "line 1: only maps can be merged with “<<”"),
        ("a: [1", "line 2: "),
        ("a: \x07", ""),
        (BOMB, f"line 6: there are more than {MOST_NODES:,} values, counting those of aliases"),
        ("[" * 10_000, ""),
        ("- " * 10_000, "line 1: values are nested more than 100 deep"),
        ("{a: " * 10_000, "line 1: "),
    ],
)
def test_problems_name_the_line(text: str, said: str) -> None:
    with pytest.raises(YamlError) as found:
        read_yaml(text)
    assert str(found.value).startswith(said)


def test_aliases_can_be_refused() -> None:
    with pytest.raises(YamlError, match="aliases are not read"):
        read_yaml("a: &x 1\nb: *x", with_aliases=False)


def test_an_empty_document_is_told_from_null() -> None:
    assert read_yaml("# nothing\n") == YamlDocument(None, (), True)
    assert read_yaml("null") == YamlDocument(None)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(YamlError):
        json.dumps(read_yaml(text).value, allow_nan=False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(alphabet=st.characters(codec="ascii")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
)


@given(JSON)
def test_json_is_read_as_itself(value: object) -> None:
    assert read_yaml(json.dumps(value)).value == value
