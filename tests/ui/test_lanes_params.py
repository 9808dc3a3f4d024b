"""The form of a lane's parameters: unset by default, and always valid."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget

from tests.ui.lanes_support import screen, settle, theme
from tests.ui.looks import change_scale
from workbench.core.lanes import Params
from workbench.core.parameter_support import ParameterSupport
from workbench.ui.features.lanes import params_text as texts
from workbench.ui.features.lanes.params import ParamsDialog
from workbench.ui.widgets.theme import Theme

__all__ = ["screen", "theme"]

FULL = Params(
    temperature=0.2,
    top_p=0.95,
    max_tokens=120,
    stop=("\n\n", "END\\"),
    seed=7,
    reasoning_effort="low",
    logprobs=False,
    extra='{"mirostat": 2, "名": [1, 2.5, null]}',
    unknown='{"newer": [1]}',
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_extra_json_round_trips(data: dict[str, Any]) -> None:
    if texts.OWN_KEYS & data.keys():
        return
    read = texts.read_extra(texts.show_extra(json.dumps(data)))
    assert (json.loads(read) if read else {}) == data


@given(st.text())
def test_any_extra_json_text_is_parsed_or_refused_with_a_sentence(text: str) -> None:
    sentence = "."
    try:
        texts.read_extra(text)
    except ValueError as error:
        sentence = str(error)
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"a": }', "Line 1, column 7"),
        ("[1]", "JSON object"),
        ('{"model": "x"}', "set by the workbench"),
        ('{"a": 1, "a": 2}', "appears twice"),
        ('{"a": NaN}', "NaN"),
        ('{"a": {"b": 1, "b": 2}}', "“b” appears twice"),
        ("null", "JSON object"),
        ('"text"', "JSON object"),
        ('{"a": -Infinity}', "-Infinity"),
        ('{"a": 1e999}', "1e999 is too large"),
        (f'{{"a": {"9" * 5000}}}', "too many digits"),
        (f'{{"a": "{"x" * 1_000_000}"}}', "longer than 64,000"),
        ("[" * 60_000, "nested too deeply"),
    ],
)
def test_invalid_extra_json_is_refused_with_a_short_reason(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=part) as caught:
        texts.read_extra(text)
    assert len(str(caught.value)) < 150
    assert str(caught.value).endswith(".")


@pytest.fixture
def dialog(theme: Theme, screen: Callable[[QWidget], QWidget]) -> Callable[[Params], ParamsDialog]:
    def make(params: Params) -> ParamsDialog:
        made = ParamsDialog(theme, params, title="gpt")
        screen(made)
        return made

    return make


def write(dialog: ParamsDialog, name: str, text: str) -> None:
    field = dialog.fields[name]
    if isinstance(field, QLineEdit):
        field.setText(text)
    else:
        assert isinstance(field, QPlainTextEdit)
        field.setPlainText(text)


def choose(dialog: ParamsDialog, name: str, word: str) -> None:
    box = dialog.fields[name]
    assert isinstance(box, QComboBox)
    box.setCurrentText(word)


def test_set_parameters_are_returned_unchanged(dialog: Callable[[Params], ParamsDialog]) -> None:
    for params in (Params(), FULL, Params(temperature=0.0), Params(reasoning_effort="xhigh"), Params(seed=0)):
        made = dialog(params)
        made.apply.click()
        assert made.result() == 1
        assert made.params() == params


def test_typed_values_are_applied(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(Params())
    QTest.keyClicks(made.fields["temperature"], "0,7")
    QTest.keyClicks(made.fields["max_tokens"], "64")
    QTest.keyClicks(made.fields["stop"], "\\n\\n")
    choose(made, "reasoning_effort", "high")
    QTest.keyClick(made.fields["temperature"], Qt.Key.Key_Return)
    assert made.params() == Params(temperature=0.7, max_tokens=64, stop=("\n\n",), reasoning_effort="high")


def test_unset_all_clears_every_field_but_keeps_unknown_parameters(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(FULL)
    QTest.mouseClick(made.unset, Qt.MouseButton.LeftButton)
    made.apply.click()
    assert made.params() == Params(unknown=FULL.unknown), "values of a newer release are kept"


def test_escape_discards_changes(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(FULL)
    write(made, "temperature", "1")
    QTest.keyClick(made.extra, Qt.Key.Key_Escape)
    assert not made.isVisible()
    assert made.params() == FULL


def test_invalid_fields_show_errors_and_disable_apply(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(Params())
    write(made, "temperature", "7")
    made.extra.setPlainText('{"top_k": }')
    settle()
    assert made.fields["temperature"].accessibleDescription() == "Temperature must be a number from 0 to 2."
    assert "column 11" in made.extra.accessibleDescription()
    assert not made.apply.isEnabled()
    made.accept()
    assert made.isVisible()
    write(made, "temperature", "")
    made.extra.clear()
    assert made.apply.isEnabled()
    assert made.extra.accessibleDescription() == ""


def test_error_messages_are_not_clipped_at_double_text_size(
    dialog: Callable[[Params], ParamsDialog], theme: Theme
) -> None:
    change_scale(theme, 2.0)
    made = dialog(Params())
    for name in ("temperature", "seed", "max_tokens", "top_p"):
        write(made, name, "wrong")
    write(made, "stop", "\\q")
    made.extra.setPlainText("[1, 2]")
    settle()
    labels = [label for label in made.findChildren(QLabel) if label.isVisible() and label.text()]
    for label in labels:
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        assert label.height() >= needed, label.text()
        assert label.wordWrap() or label.width() >= label.sizeHint().width()
    boxes = [label.geometry() for label in labels]
    fields = [made.fields["temperature"].geometry(), made.fields["stop"].geometry(), made.extra.geometry()]
    assert not any(box.intersects(field) for box in boxes for field in fields)
    change_scale(theme, 1.0)


def test_extra_json_that_overrides_a_field_shows_a_hint(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(Params(temperature=0.5, extra='{"temperature": 1}'))
    assert made.extra.accessibleDescription() == "“temperature” here replaces the field above."
    assert made.apply.isEnabled()


def test_every_field_has_an_accessible_name(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(Params())
    for field in (*made.fields.values(), made.extra):
        assert field.accessibleName()


@pytest.mark.parametrize("name", ["extra", "stop"])
def test_pasting_a_megabyte_is_refused_and_keeps_the_text(dialog: Callable[[Params], ParamsDialog], name: str) -> None:
    made = dialog(FULL)
    field = made.extra if name == "extra" else made.fields[name]
    assert isinstance(field, QPlainTextEdit)
    before = field.toPlainText()
    QApplication.clipboard().setText("x" * 1_000_000)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.toPlainText() == before
    assert "Nothing was pasted" in field.accessibleDescription()
    QApplication.clipboard().setText(" ")
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.accessibleDescription() == ""


def test_unsupported_parameters_are_disabled_with_a_reason(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(Params(top_p=0.5))
    why = "This model takes no sampling settings."
    made.set_support(ParameterSupport({"temperature": why, "top_p": why, "logprobs": why}, ("low", "high")))
    settle()
    assert not made.fields["temperature"].isEnabled()
    assert made.fields["temperature"].toolTip() == why
    assert why in visible_texts(made)
    assert not made.fields["logprobs"].isEnabled()
    assert made.fields["max_tokens"].isEnabled()
    assert made.fields["top_p"].isEnabled(), "a value that was set can be cleared"
    assert "Not for this model" in made.fields["top_p"].accessibleDescription()
    assert made.apply.isEnabled()
    box = made.fields["reasoning_effort"]
    assert isinstance(box, QComboBox)
    assert [box.itemText(i) for i in range(box.count())] == ["not set", "low", "high"]
    write(made, "top_p", "")
    made.set_support(ParameterSupport({"top_p": why}))
    assert not made.fields["top_p"].isEnabled()
    assert made.fields["temperature"].isEnabled()


def test_unsupported_effort_is_kept_until_another_is_chosen(
    dialog: Callable[[Params], ParamsDialog],
) -> None:
    made = dialog(Params(reasoning_effort="minimal"))
    made.set_support(ParameterSupport({}, ("low", "high")))
    assert made.fields["reasoning_effort"].accessibleDescription().startswith("Not for this model")
    made.apply.click()
    assert made.params() == Params(reasoning_effort="minimal")


def test_stored_value_out_of_range_is_flagged_but_does_not_block_apply(
    dialog: Callable[[Params], ParamsDialog],
) -> None:
    """Older releases and imported records have such values."""
    odd = Params(temperature=7.0, max_tokens=0, reasoning_effort="huge", seed=10**30)
    made = dialog(odd)
    assert (
        made.fields["temperature"].accessibleDescription()
        == "Temperature must be a number from 0 to 2. Change it or empty the field."
    )
    assert made.apply.isEnabled()
    write(made, "top_p", "0.5")
    made.apply.click()
    assert made.params() == replace(odd, top_p=0.5)


def test_stored_value_out_of_range_can_be_corrected(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(Params(temperature=7.0))
    write(made, "temperature", "8")
    assert not made.apply.isEnabled()
    write(made, "temperature", "1")
    assert made.fields["temperature"].accessibleDescription() == ""
    made.apply.click()
    assert made.params() == Params(temperature=1.0)


def visible_texts(dialog: ParamsDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))
