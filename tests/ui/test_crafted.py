"""Crafted and damaged histories in the real window: it opens and paints them, or says what to do about them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from tests import depth
from tests.fakes import crafted
from tests.ui.driver import WindowDriver
from tests.ui.program import Driven, Script
from workbench.app.history.table_model import HistoryTableModel
from workbench.store.errors import StoreError
from workbench.ui.features.history.view import HistoryView
from workbench.ui.features.rank.view import RankView

pytestmark = pytest.mark.window

OPENS = (
    *("draft-lanes", "draft-slots", "nested-draft", "marks-types", "time-word-runs", "kind-row-verdict", "kind-step"),
    *("state-output", "tokens-row", "version-circle", "endpoint-address", "type-runs-note", "type-lanes-model"),
    *("partials-garbage", "size-note", "size-draft"),
    *("type-drafts-body", "content-newer", "draft-huge-numbers", "lanes-same-slot", "table-of-others-computes"),
)
"""Kinds with invalid rows: the window opens, marks them and shows the rest."""
REFUSED = ("trigger-endless", "view-drafts", "create-bytes", "table-missing", "statistics-compute")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("crafted") / "sound.db"
    crafted.sound_history(path)
    return path


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "h.db"


@pytest.fixture
def driven(_no_leaks: None, home: Path, qapp: QApplication, db: Path) -> Driven:
    return Driven(qapp, db)


def look_through(driven: Driven, *, is_searchable: bool = True) -> Script:
    """Open and paint every place of the window; `Driven` checks the log for exceptions.

    Unless it `is_searchable`, History may show instead of its runs that their index is damaged.
    """
    window: WindowDriver = driven.window
    window.frame.grab()
    listed = window.sidebar.iteration_list
    for row in range(window.timeline.rowCount()):
        place = listed.visualRect(window.timeline.index(row, 0)).center()
        QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        # An unreadable row is reported instead of shown.
        yield lambda row=row: listed.currentIndex().row() == row or driven.notice()  # type: ignore[misc]
        window.frame.grab()
    window.views.show("history")
    view = window.views.here()
    assert isinstance(view, HistoryView)
    model: HistoryTableModel = view.model
    yield lambda: model.rowCount() > 0 or (not is_searchable and "Repair it" in view.bar.said())
    for row in range(model.rowCount()):
        view.table.setCurrentIndex(model.index(row, 0))
        for column in range(model.columnCount()):
            for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
                model.data(model.index(row, column), role)
        window.frame.grab()
    window.views.show("rank")
    assert isinstance(window.views.here(), RankView)
    window.frame.grab()
    driven.frame.close()


@pytest.mark.deep
@pytest.mark.parametrize("kind", depth.pick(("marks-types", "type-lanes-model", "draft-huge-numbers"), OPENS))
def test_window_opens_and_shows_the_rest_despite_invalid_rows(driven: Driven, db: Path, sound: Path, kind: str) -> None:
    crafted.make(kind, db, sound)

    def script() -> Script:
        yield driven.is_open
        yield from look_through(driven)

    assert driven.run(script()) == 0


@pytest.mark.deep
@pytest.mark.parametrize("kind", depth.pick(("trigger-endless", "create-bytes"), REFUSED))
def test_history_with_an_invalid_schema_is_refused_and_can_be_repaired(
    driven: Driven, db: Path, sound: Path, kind: str
) -> None:
    crafted.make(kind, db, sound)

    def script() -> Script:
        yield lambda: driven.is_mending("Repair")
        assert "Nothing was changed." in driven.mending.sentence.text()
        driven.click(driven.mending, "Repair")
        yield lambda: driven.is_mending("Use the repaired history")
        driven.click(driven.mending, "Use the repaired history")
        yield driven.is_open
        yield from look_through(driven)

    assert driven.run(script()) == 0


@pytest.mark.parametrize("kind", depth.pick((), tuple(kind for kind in crafted.ALL if kind not in (*OPENS, *REFUSED))))
@pytest.mark.deep(only=True)
def test_every_other_crafted_history_opens_or_is_reported(
    driven: Driven, db: Path, sound: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    crafted.make(kind, db, sound)
    monkeypatch.setattr(QMessageBox, "exec", lambda _: 0)

    def script() -> Script:
        yield lambda: driven.is_open() or driven.is_mending("Repair")
        if driven.is_mending():
            driven.click(driven.mending, "Close")
            return
        yield from look_through(driven, is_searchable=False)

    with suppress(StoreError):
        # `main` reports that one, in a message box of its own.
        driven.run(script())
