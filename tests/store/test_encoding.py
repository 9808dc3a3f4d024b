"""Values are stored as compact JSON, whatever they hold."""

from __future__ import annotations

import json
from json import encoder
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.store.encoding import dump, encoding

# Any text, also what UTF-8 cannot hold; a provider may send it.
_TEXTS = st.text(st.characters(exclude_categories=()))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner) | st.tuples(inner, inner),
    max_leaves=12,
)


@given(_JSON)
def test_value_is_stored_as_the_standard_library_writes_it(value: Any) -> None:
    text = dump(value)
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    lone = any("\ud800" <= character <= "\udfff" for character in plain)
    assert text == (json.dumps(value, separators=(",", ":")) if lone else plain)
    text.encode()  # SQLite can store it


@given(_JSON)
def test_value_is_stored_alike_without_the_encoder_in_c(value: Any) -> None:
    spare = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoder, "c_make_encoder", None)
        slow = encoding(encoder.encode_basestring, spare)
    assert slow(value) == encoding(encoder.encode_basestring, spare)(value)


def test_refused_values_do_not_disturb_later_ones() -> None:
    with pytest.raises(TypeError):
        dump({"a": [object()]})
    deep: list[Any] = []
    deep.append(deep)
    with pytest.raises(RecursionError):
        dump(deep)
    assert dump({"a": [1]}) == '{"a":[1]}'
