"""Pasted checks: promptfoo's assertions in JSON and YAML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import strategies as make
from workbench.core.cases import SET, Check
from workbench.usecases.check_text import checks_as_text, checks_from_text
from workbench.usecases.problems import RefusedError

LATE = Check("contains", value='"late"')


@pytest.mark.parametrize(
    "text",
    [
        '[{"type": "contains", "value": "late"}]',
        '{"type": "contains", "value": "late"}',
        "- type: contains\n  value: late\n",
        "assert:\n  - type: contains\n    value: late\n",
        "defaultTest:\n  assert:\n    - type: contains\n      value: late\n",
    ],
)
def test_list_of_assertions_is_read_in_any_wrapping(text: str) -> None:
    assert checks_from_text(text) == (LATE,)


def test_yaml_is_read_as_version_1_2() -> None:
    found = checks_from_text("- {type: not-contains, value: NO}\n- type: assert-set\n  assert: [{type: is-json}]\n")
    assert found == (Check("contains", True, '"NO"'), Check(SET, checks=(Check("is-json"),)))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There are no checks in this text."),
        ("[]", "There are no checks in this text."),
        ("late", "There are no checks in this text."),
        ("{a: [", "The text is neither JSON nor YAML."),
        ("&a [*a]", "The text is neither JSON nor YAML."),
        ('[{"value": 1}]', "Check 1 needs a type"),
        ("[" * 100_000, "The text is neither JSON nor YAML."),
        (" " * 1_000_001, "The text is too long"),
    ],
)
def test_other_text_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(RefusedError) as refused:
        checks_from_text(text)
    assert refused.value.sentence.startswith(sentence)


@given(st.lists(make.checks, min_size=1, max_size=3))
def test_written_checks_are_read_back(checks: list[Check]) -> None:
    assert checks_from_text(checks_as_text(checks)) == tuple(checks)
