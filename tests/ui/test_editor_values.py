"""The values panel, driven by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from tests.ui.editor_support import CORPUS, CTRL, SHIFT, Key, Show, focused, machine, press, shown, theme, type_text
from tests.ui.looks import change_scale
from workbench.ui.editor import ValuesPanel
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.value_row import EMPTY_VALUE, NO_VALUE, WANTED, ValueRow
from workbench.ui.editor.values import AT_ONCE, name_width
from workbench.ui.widgets.theme import Theme

pytestmark = machine
__all__ = ["shown", "theme"]


class Window(QWidget):
    """A values panel below a widget that takes the remaining height."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.panel = ValuesPanel(theme)
        self.rest = QWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rest, 1)
        layout.addWidget(self.panel)


@pytest.fixture
def window(theme: Theme, shown: Show) -> Window:
    made = Window(theme)
    shown(made)
    return made


@pytest.fixture
def panel(window: Window) -> ValuesPanel:
    return window.panel


def rows(panel: ValuesPanel) -> list[ValueRow]:
    return sorted((row for row in panel.findChildren(ValueRow) if not row.isHidden()), key=lambda row: row.y())


def field(panel: ValuesPanel, name: str) -> ExactField:
    return next(row.field for row in rows(panel) if row.name == name)


def test_panel_has_no_height_without_variables(panel: ValuesPanel) -> None:
    assert panel.height() == 0
    panel.set_variables(["a"])
    assert panel.height() > 20
    panel.set_variables([])
    assert panel.height() == 0


def test_values_follow_the_order_of_the_variables(panel: ValuesPanel) -> None:
    panel.set_values({"b": "2", "a": "1", "z": "26"})
    panel.set_variables(["a", "c", "b", "a"])
    assert panel.variables() == ("a", "c", "b")
    assert panel.values() == (("a", "1"), ("b", "2"))
    assert panel.all_values() == {"b": "2", "a": "1", "z": "26"}
    assert [row.name for row in rows(panel)] == ["a", "c", "b"]


def test_value_is_kept_until_its_variable_returns(panel: ValuesPanel) -> None:
    panel.set_variables(["question"])
    field(panel, "question").setFocus()
    type_text("Where?")
    panel.set_variables(["questio"])
    assert panel.values() == ()
    panel.set_variables(["other", "question"])
    assert panel.values() == (("question", "Where?"),)
    assert field(panel, "question").exact() == "Where?"


def test_values_are_stored_unchanged(panel: ValuesPanel) -> None:
    for text in CORPUS.values():
        panel.set_values({"v": text})
        panel.set_variables(["v"])
        assert panel.values() == (("v", text),)
        QApplication.clipboard().setText(text)
        field(panel, "v").setFocus()
        press(Key.Key_A, CTRL)
        press(Key.Key_V, CTRL)
        assert panel.values() == (("v", text),)
        press(Key.Key_A, CTRL)
        press(Key.Key_C, CTRL)
        assert QApplication.clipboard().text() == text


def test_missing_and_empty_values_are_distinguished(panel: ValuesPanel) -> None:
    panel.set_variables(["v"])
    told: list[tuple[tuple[str, str], ...]] = []
    panel.edited.connect(lambda: told.append(panel.values()))
    v = field(panel, "v")
    assert v.placeholderText() == NO_VALUE
    assert NO_VALUE in v.accessibleName()
    v.setFocus()
    type_text("x")
    press(Key.Key_Backspace)
    assert told == [(("v", "x"),), (("v", ""),)]
    assert v.placeholderText() == EMPTY_VALUE
    assert NO_VALUE not in v.accessibleName()
    panel.set_values({})
    assert v.placeholderText() == NO_VALUE
    assert panel.values() == ()
    assert len(told) == 2


def test_tab_and_arrows_move_between_values(panel: ValuesPanel) -> None:
    panel.set_variables(["c", "a", "b"])
    panel.set_variables(["a", "b", "c"])
    a, b, c = (field(panel, name) for name in "abc")
    a.setFocus()
    press(Key.Key_Tab)
    assert focused() is b
    press(Key.Key_Tab)
    assert focused() is c
    press(Key.Key_Backtab, SHIFT)
    assert focused() is b
    press(Key.Key_Down)
    assert focused() is c
    press(Key.Key_Up, times=2)
    assert focused() is a
    assert panel.values() == ()


def test_each_value_has_its_own_undo(panel: ValuesPanel) -> None:
    panel.set_variables(["a", "b"])
    field(panel, "a").setFocus()
    type_text("one")
    press(Key.Key_Tab)
    type_text("two")
    press(Key.Key_Z, CTRL)
    assert panel.values() == (("a", "one"), ("b", ""))
    press(Key.Key_Y, CTRL)
    assert panel.values() == (("a", "one"), ("b", "two"))


def test_caret_stays_in_its_field_when_the_rows_change(panel: ValuesPanel) -> None:
    panel.set_variables(["a", "b"])
    field(panel, "b").setFocus()
    type_text("typ")
    panel.set_variables(["new", "b", "a"])
    type_text("ing")
    assert panel.values() == (("b", "typing"),)


def test_a_value_grows_to_five_lines_and_then_scrolls(panel: ValuesPanel) -> None:
    panel.set_variables(["v"])
    v = field(panel, "v")
    v.setFocus()
    heights = [v.height()]
    for _ in range(6):
        press(Key.Key_Return)
        heights.append(v.height())
    assert heights[0] < heights[1] < heights[4]
    assert heights[4] == heights[5] == heights[6]
    assert v.verticalScrollBar().maximum() > 0
    press(Key.Key_A, CTRL)
    press(Key.Key_Delete)
    assert v.height() == heights[0]
    assert v.verticalScrollBar().maximum() == 0


def test_panel_takes_at_most_forty_percent_of_the_height(window: Window) -> None:
    panel = window.panel
    panel.set_variables([f"name_{i}" for i in range(40)])
    QApplication.processEvents()
    assert 0.3 * window.height() < panel.height() <= 0.4 * window.height()
    field(panel, "name_0").setFocus()
    area = panel.findChild(QScrollArea)
    for _ in range(39):
        press(Key.Key_Tab)
        top = focused().mapTo(area.viewport(), focused().rect().topLeft()).y()
        assert top + focused().height() // 2 <= area.viewport().height()
    window.resize(window.width(), 300)
    QApplication.processEvents()
    assert panel.height() <= 0.4 * 300


@pytest.mark.parametrize("scale", [0.8, 1.0, 2.0])
@pytest.mark.parametrize("width", [220, 900])
def test_rows_do_not_overlap_and_contain_their_fields(theme: Theme, window: Window, width: int, scale: float) -> None:
    change_scale(theme, scale)
    window.resize(width, 900)
    window.panel.set_values({"a": "text " * 30, "a_name_that_is_much_longer_than_its_value": "x"})
    window.panel.set_variables(["a", "a_name_that_is_much_longer_than_its_value", "missing"])
    QApplication.processEvents()
    bottom = 0
    for row in rows(window.panel):
        assert row.y() >= bottom
        bottom = row.y() + row.height()
        assert row.rect().contains(row.field.geometry())
        assert row.field.verticalScrollBar().maximum() == 0 or row.name == "a"
    window.grab()


def test_read_only_panel_rejects_typing(panel: ValuesPanel) -> None:
    panel.set_values({"v": "fixed"})
    panel.set_variables(["v"])
    panel.set_read_only(True)
    field(panel, "v").setFocus()
    type_text("x")
    panel.set_variables(["v", "w"])
    field(panel, "w").setFocus()
    type_text("x")
    assert panel.all_values() == {"v": "fixed"}
    panel.set_read_only(False)
    type_text("y")
    assert panel.all_values() == {"v": "fixed", "w": "y"}


def test_focus_moves_to_the_value_with_the_given_name(panel: ValuesPanel) -> None:
    panel.set_variables(["a", "b"])
    panel.focus("b")
    assert focused() is field(panel, "b")
    QTest.mouseClick(field(panel, "a").viewport(), Qt.MouseButton.LeftButton)
    assert focused() is field(panel, "a")
    panel.focus("b")
    panel.focus("gone")
    assert focused() is field(panel, "b")


def test_values_set_while_hidden_are_laid_out_when_shown(window: Window) -> None:
    window.hide()
    window.panel.set_variables(["a", "b"])
    window.panel.set_values({"a": "1\n2\n3"})
    assert window.panel.height() > 0
    window.show()
    QApplication.processEvents()
    assert field(window.panel, "a").verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.1, 1.3, 2.0])
def test_names_that_fit_are_not_elided(theme: Theme, scale: float) -> None:
    change_scale(theme, scale)
    metrics = QFontMetrics(theme.mono())
    for length in range(1, 40):
        name = "ticket_number_of_the_customer_who_asks_us"[:length]
        room = name_width(theme, [name], 1000)
        assert metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room - 2 * 5) == name


def names(count: int) -> list[str]:
    return [f"name_{i}" for i in range(count)]


def test_many_variables_get_rows_in_batches_and_keep_all_values(panel: ValuesPanel) -> None:
    given = {name: f"value of {name}" for name in names(3000)}
    panel.set_values(given)
    panel.set_variables(names(3000))
    assert [row.name for row in rows(panel)] == names(AT_ONCE)
    assert panel.values() == tuple(given.items())
    assert panel.more.text() == f"Show {AT_ONCE} more of {3000 - AT_ONCE:,} hidden variables"
    first = rows(panel)[0]
    QTest.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    assert [row.name for row in rows(panel)] == names(2 * AT_ONCE)
    assert rows(panel)[0] is first
    assert focused() is field(panel, f"name_{AT_ONCE}")
    assert panel.values() == tuple(given.items())
    panel.set_variables(names(3))
    assert not panel.more.isVisible()
    assert [row.name for row in rows(panel)] == names(3)


def test_focusing_a_variable_without_a_row_creates_its_row(panel: ValuesPanel) -> None:
    panel.set_variables(names(500))
    panel.focus("name_400")
    assert focused() is field(panel, "name_400")
    type_text("here")
    assert dict(panel.values()) == {"name_400": "here"}
    assert [row.name for row in rows(panel)] == [*names(AT_ONCE), "name_400"]


def test_row_stays_while_the_user_types_in_its_field(panel: ValuesPanel) -> None:
    panel.set_variables(names(AT_ONCE))
    field(panel, f"name_{AT_ONCE - 1}").setFocus()
    type_text("ty")
    panel.set_variables(["a", "b", *names(AT_ONCE)])
    type_text("ping")
    assert panel.all_values()[f"name_{AT_ONCE - 1}"] == "typing"


def test_values_required_by_a_run_are_marked_until_entered(panel: ValuesPanel) -> None:
    panel.set_values({"name_0": "x"})
    panel.set_variables(names(500))
    panel.want(("name_450", "name_1"))
    assert focused() is field(panel, "name_450")
    for name in ("name_450", "name_1"):
        assert field(panel, name).placeholderText() == WANTED
        assert WANTED in field(panel, name).accessibleName()
    assert field(panel, "name_2").placeholderText() == NO_VALUE
    type_text("v")
    press(Key.Key_Backspace)
    assert field(panel, "name_450").placeholderText() == EMPTY_VALUE
    panel.set_values({})
    assert field(panel, "name_1").placeholderText() == NO_VALUE


def test_long_value_is_stored_unchanged_and_undoable(panel: ValuesPanel) -> None:
    text = "0123456789" * 10_000
    panel.set_variables(["v"])
    field(panel, "v").setFocus()
    type_text("a")
    QApplication.clipboard().setText(text)
    press(Key.Key_V, CTRL)
    assert panel.values() == (("v", "a" + text),)
    press(Key.Key_Z, CTRL)
    assert panel.values() == (("v", "a"),)
    press(Key.Key_Y, CTRL)
    assert panel.values() == (("v", "a" + text),)
    panel.set_values({"v": "new"})
    press(Key.Key_Z, CTRL)
    assert panel.values() == (("v", "new"),)


def test_the_row_with_the_caret_stays_in_view(window: Window) -> None:
    panel = window.panel
    panel.set_variables(names(20))
    QApplication.processEvents()
    panel.focus("name_19")
    area = panel.findChild(QScrollArea)
    for height in (400, 900, 350):
        window.resize(window.width(), height)
        QApplication.processEvents()
        top = focused().mapTo(area.viewport(), focused().rect().topLeft()).y()
        assert -2 <= top <= area.viewport().height() - focused().height() // 2


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize("width", [230, 400, 900])
def test_a_suggestion_leaves_room_for_the_value(panel: ValuesPanel, theme: Theme, scale: float, width: int) -> None:
    """At 200 per cent in a narrow window the field was 40 pixels wide."""
    change_scale(theme, scale)
    panel.window().resize(width, 500)
    panel.set_variables(["order_nubmer", "tone"])
    panel.mark({"order_nubmer": "order_number"}, ())
    panel.window().resize(width + 1, 500)
    QApplication.processEvents()
    row = next(row for row in rows(panel) if row.name == "order_nubmer")
    mend = row.mend
    assert mend is not None
    room = row.width() - row.field.x() - 20
    assert row.field.width() >= min(room, row.fontMetrics().averageCharWidth() * 16)
    assert row.rect().contains(mend.geometry())
    assert mend.width() >= mend.sizeHint().width()
    assert not mend.geometry().intersects(row.field.geometry())
    assert next(other for other in rows(panel) if other.name == "tone").y() >= row.y() + row.height()
