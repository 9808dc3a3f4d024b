"""JSON that would exhaust the memory is rejected; long JSON of realistic shape is accepted."""

from __future__ import annotations

import json

import pytest

from workbench.core.json_parts import DEEPEST, MOST_PARTS, load

TABLE = 'a,[b],{c}\\"\n' * (MOST_PARTS // 4)


@pytest.mark.parametrize("one", ["[]", "{}", "1", '""', '{"a":1}'])
@pytest.mark.parametrize("as_bytes", [False, True])
def test_too_many_values_are_refused(one: str, as_bytes: bool) -> None:
    text = f"[{','.join([one] * (MOST_PARTS + 1))}]"
    with pytest.raises(ValueError, match="more than 2,000,000 values"):
        load(text.encode() if as_bytes else text)


@pytest.mark.parametrize("as_bytes", [False, True])
def test_characters_in_strings_are_not_counted(as_bytes: bool) -> None:
    text = json.dumps({"text": TABLE, "values": [1, 2]})
    assert text.count(",") > MOST_PARTS // 4
    assert load(text.encode() if as_bytes else text) == {"text": TABLE, "values": [1, 2]}


def test_load_reads_like_the_standard_library() -> None:
    assert load(b'{"a": [1, 1.5, "x"]}') == {"a": [1, 1.5, "x"]}
    assert load('{"a": 1}', parse_int=lambda digits: f"{digits}!") == {"a": "1!"}
    with pytest.raises(ValueError):
        load("{")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_too_deeply_nested_json_is_refused(opening: str, closing: str) -> None:
    for depth in (DEEPEST, DEEPEST + 1):
        text = f"{opening * depth}1{closing * depth}"
        if depth <= DEEPEST:
            assert json.dumps(load(text)) == json.dumps(json.loads(text))
        else:
            with pytest.raises(ValueError, match="nested more than"):
                load(text.encode())
    assert len(load(f"[{','.join(['[]'] * 1000)}]")) == 1000
