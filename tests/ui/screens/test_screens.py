"""Every screen says and offers what was approved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.ui.desk import Desk
from tests.ui.screens import approval, commands, dialogs, terminal, views, window
from tests.ui.screens.approval import APPROVED, RENEW, Screens, is_renewed, steady
from tests.ui.screens.collector import described
from tests.ui.screens.sitting import follow_tasks
from tests.ui.test_dialog_lists import dialogs as all_dialogs
from workbench.ui.widgets.theme import Theme

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("does not support", extend=True)]


@pytest.fixture
def behind(qapp: QApplication) -> Iterator[QWidget]:
    window = QWidget()
    window.show()
    yield window
    window.close()
    window.deleteLater()


def test_dialogs(qapp: QApplication, behind: QWidget, home: Path) -> None:
    # They say the same in both themes: approved in one, they are compared in the other.
    theme, screens = Theme(qapp, "light" if is_renewed() else "dark"), Screens("dialogs", home)
    dialogs.take_all(screens, theme, behind)
    theme.deleteLater()
    screens.compare()


DEEP = pytest.mark.deep(only=True)
"""On some screens a number or a placeholder depends on how fast the machine is; so these groups run in `make deep`."""
GROUPS = (
    *(window.compose, window.menus, window.dialogs, window.labels, views.rank, views.testing, views.decide),
    pytest.param(views.history, marks=DEEP),
)


@pytest.fixture
def followed(short_pauses: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Follow what windows wait for."""
    follow_tasks(monkeypatch)


COMMANDS = (commands.compose, commands.testing, commands.history, commands.rank, commands.decide)


@DEEP
@pytest.mark.parametrize("group", COMMANDS, ids=lambda group: group.__name__)
@pytest.mark.usefixtures("followed")
def test_commands(desk: Desk, home: Path, tmp_path: Path, group: Callable[[Desk, Screens], None]) -> None:
    screens = Screens(f"commands-{group.__name__}", tmp_path, home)
    group(desk, screens)
    screens.compare()


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
@pytest.mark.usefixtures("followed")
def test_window(desk: Desk, home: Path, tmp_path: Path, group: Callable[[Desk, Screens], None]) -> None:
    screens = Screens(f"window-{group.__name__}", tmp_path, home)
    group(desk, screens)
    screens.compare()


def test_terminal_help(home: Path) -> None:
    screens = Screens("terminal", home)
    screens.add("help", terminal.described)
    screens.compare()


def test_every_dialog_is_a_screen() -> None:
    shown = {line.split()[1] for file in APPROVED.rglob("*.txt") for line in file.read_text("utf-8").splitlines()
             if line.startswith("dialog ")}  # fmt: skip
    assert {one.__name__ for one in all_dialogs()} - shown == set()


def test_difference_names_the_screen_and_the_command(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(approval, "APPROVED", tmp_path)
    monkeypatch.setattr(approval, "WAIT_S", 0.0)
    monkeypatch.setenv(RENEW, "1")
    menu = QMenu("Colours")
    qtbot.addWidget(menu)
    red = menu.addAction("Red")
    menu.addAction("Blue").setShortcut("Ctrl+B")
    before = Screens("some")
    before.take("colours", menu)
    before.compare()
    monkeypatch.delenv(RENEW)
    same = Screens("some")
    same.take("colours", menu)
    same.compare()
    red.setEnabled(False)
    now = Screens("some")
    now.take("colours", menu)
    now.take("new", menu)
    with pytest.raises(pytest.fail.Exception) as failure:
        now.compare()
    said = str(failure.value).splitlines()
    assert said[:2] == ["--- approved some/colours", "+++ now some/colours"]
    assert said[3:7] == [' menu  "Colours"', '-  entry "Red"', '+  entry "Red"  disabled', '   entry "Blue"  Ctrl+B']
    assert "+++ now some/new" in said
    assert said[-1] == "If the screens are right: python -m tests.ui.screens"


def test_description_has_words_and_states_of_every_kind_of_control(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    box, field, choice, off = QCheckBox("Blind"), QLineEdit(), QComboBox(), QPushButton("Go")
    table, rich = QTreeWidget(), QLabel("<b>Two</b> &amp; three<br>lines")
    box.setChecked(True)
    field.setPlaceholderText("a name")
    field.setToolTip("Say it")
    choice.addItems(["one", "two"])
    off.setEnabled(False)
    off.setAccessibleName("Go on")
    table.setHeaderLabels(["Name", "Size"])
    parent = QTreeWidgetItem(table, ["a", "1"])
    QTreeWidgetItem(parent, ["b", ""]).setToolTip(1, "unknown")
    parent.setExpanded(True)
    hidden = QLabel("hidden")
    for one in (box, field, choice, off, table, rich, hidden):
        layout.addWidget(one)
    hidden.hide()
    window.show()
    field.setFocus()
    assert described(window).splitlines() == [
        'check box  "Blind"  checked',
        'field  placeholder "a name"  tip "Say it"  focused',
        'choice  "one"  [one | two]',
        'button  "Go"  name "Go on"  disabled',
        "list",
        "  = Name | Size",
        "  - a | 1",
        '    - b | tip "unknown"',
        'label  "Two & three ⏎ lines"',
    ]


def test_what_changes_by_itself_is_left_out(tmp_path: Path) -> None:
    said = f"{tmp_path}/a.db · 14:03 · 0.25 s · http://127.0.0.1:43211/v1 · 12 Nov 2026 09:05 · yesterday · 12 lanes"
    assert steady(said, tmp_path) == "FOLDER/a.db · TIME · AMOUNT · http://127.0.0.1:PORT/v1 · TIME · AGO · 12 lanes"
