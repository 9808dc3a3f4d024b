"""Parameters: unset unless set, and never wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.ui.lanes_support import screen, settle, theme
from workbench.core.lanes import Params
from workbench.ui.lanes import params_text as texts
from workbench.ui.lanes.params import ParamsDialog
from workbench.ui.theme import Theme

__all__ = ["screen", "theme"]

FULL = Params(0.2, 0.95, 120, ("\n\n", "END\\"), 7, "low", '{"top_k": 40, "名": [1, 2.5, null]}')
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.floats(0, 2))
def test_numbers_come_back(value: float) -> None:
    assert texts.read_number(texts.show_number(value), "T", 0, 2) == value
    assert texts.read_number(texts.show_number(value).replace(".", ","), "T", 0, 2) == value


@given(st.integers(-(10**17), 10**17))
def test_integers_come_back(value: int) -> None:
    assert texts.read_integer(texts.show_number(value), "Seed") == value


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1)))
def test_stop_sequences_come_back(stops: list[str]) -> None:
    assert texts.read_stops(texts.show_stops(stops)) == tuple(stops)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4))
def test_extra_json_comes_back(data: dict[str, Any]) -> None:
    if texts.OWN_KEYS & data.keys():
        return
    read = texts.read_extra(texts.show_extra(json.dumps(data)))
    assert (json.loads(read) if read else {}) == data


@given(st.text())
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    for read in (texts.read_extra, texts.read_stops, lambda t: texts.read_number(t, "T", 0, 2)):
        sentence = "."
        try:
            read(text)
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
def test_wrong_extra_json(text: str, part: str) -> None:
    with pytest.raises(ValueError, match=part) as caught:
        texts.read_extra(text)
    assert len(str(caught.value)) < 150
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("text", ["2.1", "-1", "nan", "inf", "abc", "1e999"])
def test_wrong_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="from 0 to 2"):
        texts.read_number(text, "Temperature", 0, 2)


@pytest.fixture
def dialog(theme: Theme, screen: Callable[[QWidget], QWidget]) -> Callable[[Params], ParamsDialog]:
    def make(params: Params) -> ParamsDialog:
        made = ParamsDialog(theme, params, title="gpt")
        screen(made)
        return made

    return make


def test_what_was_set_comes_back_unchanged(dialog: Callable[[Params], ParamsDialog]) -> None:
    for params in (Params(), FULL, Params(temperature=0.0), Params(reasoning_effort="xhigh"), Params(seed=0)):
        made = dialog(params)
        made.apply.click()
        assert made.result() == 1
        assert made.params() == params


def test_typed_values_are_applied(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(Params())
    QTest.keyClicks(made.temperature, "0,7")
    QTest.keyClicks(made.max_tokens, "64")
    QTest.keyClicks(made.stop, "\\n\\n")
    made.effort.setCurrentText("high")
    QTest.keyClick(made.temperature, Qt.Key.Key_Return)
    assert made.params() == Params(temperature=0.7, max_tokens=64, stop=("\n\n",), reasoning_effort="high")


def test_unset_all(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(FULL)
    QTest.mouseClick(made.unset, Qt.MouseButton.LeftButton)
    made.apply.click()
    assert made.params() == Params()


def test_escape_changes_nothing(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(FULL)
    made.temperature.setText("1")
    QTest.keyClick(made.extra, Qt.Key.Key_Escape)
    assert not made.isVisible()
    assert made.params() == FULL


def test_wrong_fields_say_so_and_block(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(Params())
    made.temperature.setText("7")
    made.extra.setPlainText('{"top_k": }')
    settle()
    assert made.error_of(made.temperature) == "Temperature is a number from 0 to 2."
    assert "column 11" in made.error_of(made.extra)
    assert not made.apply.isEnabled()
    made.accept()
    assert made.isVisible()
    made.temperature.clear()
    made.extra.clear()
    assert made.apply.isEnabled()
    assert made.error_of(made.extra) == ""


def test_sentences_have_room(dialog: Callable[[Params], ParamsDialog], theme: Theme) -> None:
    theme.set_scale(2.0)
    made = dialog(Params())
    for field in (made.temperature, made.seed, made.max_tokens, made.top_p):
        field.setText("wrong")
    made.stop.setPlainText("\\q")
    made.extra.setPlainText("[1, 2]")
    settle()
    labels = [label for label in made.findChildren(QLabel) if label.isVisible() and label.text()]
    for label in labels:
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        assert label.height() >= needed, label.text()
        assert label.wordWrap() or label.width() >= label.sizeHint().width()
    boxes = [label.geometry() for label in labels]
    fields = [made.temperature.geometry(), made.stop.geometry(), made.extra.geometry()]
    assert not any(box.intersects(field) for box in boxes for field in fields)
    theme.set_scale(1.0)


def test_extra_json_that_replaces_a_field_says_so(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(Params(temperature=0.5, extra='{"temperature": 1}'))
    assert made.error_of(made.extra) == "“temperature” here replaces the field above."
    assert made.apply.isEnabled()


def test_every_field_has_a_name(dialog: Callable[[Params], ParamsDialog]) -> None:
    made = dialog(Params())
    for field in (made.temperature, made.top_p, made.max_tokens, made.seed, made.effort, made.stop, made.extra):
        assert field.accessibleName()


@pytest.mark.parametrize("name", ["extra", "stop"])
def test_a_megabyte_is_not_pasted_and_what_was_there_stays(dialog: Callable[[Params], ParamsDialog], name: str) -> None:
    made = dialog(FULL)
    field = getattr(made, name)
    before = field.toPlainText()
    QApplication.clipboard().setText("x" * 1_000_000)
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.toPlainText() == before
    assert "Nothing was pasted" in made.error_of(field)
    QApplication.clipboard().setText(" ")
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert made.error_of(field) == ""
