"""The list of a prompt's cases."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from workbench.app.cases.case_list import CaseList
from workbench.core.cases import Case, Check

CASES = (
    Case("a", "Late  order", (("order", "7"),), (Check("is-json"),)),
    Case("b", "", (("order", "Lost?"),)),
    Case("c"),
)


def test_rows_are_named_and_replaced(qtbot: QtBot) -> None:
    model = CaseList()
    assert model.show_cases(CASES) == []
    assert [model.index(row).data() for row in range(model.rowCount())] == [
        "Late order",
        "Lost?",
        "A case without a name",
    ]
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Late order, 1 check"
    assert model.rowCount(model.index(0)) == 0
    assert (model.row_of("b"), model.row_of("z"), model.case(1), model.case(3)) == (1, -1, CASES[1], None)
    # The former cases are passed on: many of them are freed gradually, elsewhere.
    assert model.show_cases(CASES[2:]) == list(CASES)
    assert (model.rowCount(), model.case(0)) == (1, CASES[2])
    with qtbot.waitSignal(model.dataChanged):
        model.put(0, Case("c", "Named"))
    assert model.index(0).data() == "Named"


def test_layout_of_a_list_does_not_ask_python_for_every_row(qtbot: QtBot) -> None:
    asked = []

    class Asked(CaseList):
        def data(self, index: object, role: int = Qt.ItemDataRole.DisplayRole) -> object:
            asked.append(role)
            return super().data(index, role)  # type: ignore[arg-type] # an index

    model, view = Asked(), QListView()
    qtbot.addWidget(view)
    view.setUniformItemSizes(True)
    view.setModel(model)
    view.show()
    model.show_cases([Case(str(number), f"Case {number}") for number in range(5_000)])
    view.setCurrentIndex(model.index(4_999))
    qtbot.waitUntil(lambda: view.visualRect(model.index(4_999)).isValid())
    assert len(asked) < 5_000
    assert "rowCount" not in vars(CaseList)
