"""Enter presses the primary button of a dialog from every list, tree and one-line field, and Esc closes it.

MADE has the dialogs that show exactly one primary button as soon as they are made, and need no window. A dialog with
buttons, but without one primary button, or one that needs a window, belongs to `test_dialog_keys.OPENED`; it may be in
both. `test_dialog_lists` finds the dialogs that are in neither.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)

from tests.app.packs.test_plan_table import plan
from tests.app.testing.standin_comparisons import CANDIDATES
from tests.app.testing.standin_source import standin_columns
from tests.ui.dialog_support import shown, theme
from tests.usecases.hand_over import hand_over
from tests.usecases.retiring_models import RETIRING
from workbench.app.lanes.shown_answers import OutputChecks
from workbench.app.packs.export_table import ExportTable
from workbench.app.testing.probes import FactsOffer
from workbench.app.testing.source import ShownEstimate
from workbench.core.cases import Case
from workbench.core.decide.goals import DecideGoals
from workbench.core.imported_runs import LeftOut
from workbench.core.runs import PromptRow
from workbench.core.schema_form import SchemaField
from workbench.core.techniques import Technique
from workbench.core.testing.case_mapping import default_mapping, map_cases
from workbench.core.testing.case_table import CaseTable
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.settings import SuiteSettings
from workbench.store.search.saved_searches import SavedSearch
from workbench.ui.editor.paste_dialog import PasteExamples
from workbench.ui.editor.schema_form import SchemaDialog
from workbench.ui.features.cases.dialog import CasesDialog
from workbench.ui.features.cases.import_dialog import CaseImportDialog
from workbench.ui.features.checks.type_dialog import CheckTypeDialog
from workbench.ui.features.conversation.dialog import ConversationDialog
from workbench.ui.features.decide.goals_dialog import GoalsDialog, RouteChoice
from workbench.ui.features.decide.rules_dialog import RulesDialog
from workbench.ui.features.exchange.dialog import ExchangeDialog
from workbench.ui.features.history.run_actions import TagsDialog
from workbench.ui.features.history.saved_searches import SavedSearchesDialog, SearchNameDialog
from workbench.ui.features.lanes.checks_dialog import LaneChecksDialog
from workbench.ui.features.lanes.preset_dialog import PresetDialog
from workbench.ui.features.models.retiring_dialog import RetiringDialog
from workbench.ui.features.packs.export_dialog import ExportPackDialog
from workbench.ui.features.packs.import_dialog import ImportPackDialog
from workbench.ui.features.prompts.dialog import PlaceDialog
from workbench.ui.features.rank.judge_dialog import JudgeDialog
from workbench.ui.features.techniques.form import TechniqueForm
from workbench.ui.features.testing.comparison_dialog import SuccessorDialog, TryDialog
from workbench.ui.features.testing.facts_dialog import FactsDialog
from workbench.ui.features.testing.hidden_cases_dialog import HiddenCasesDialog
from workbench.ui.features.testing.settings_dialog import SuiteSettingsDialog
from workbench.ui.features.training.dialog import TrainingDialog
from workbench.ui.features.training.handover_dialog import HandOverDialog
from workbench.ui.widgets.dialog import NoteDialog
from workbench.ui.widgets.theme import Theme
from workbench.usecases.case_import import CaseImportPlan
from workbench.usecases.judging.pair_plan import JudgeChoice
from workbench.usecases.lane_presets import KnownPresets
from workbench.usecases.testing.comparison_plans import TryChoice

__all__ = ["shown", "theme"]

Show = Callable[[QDialog], Any]
TECHNIQUE = Technique("brief", "Brief", "", "", "", "user end", "Be brief.", own=True)


def _export(theme: Theme, parent: QWidget) -> QDialog:
    table = ExportTable()
    dialog = ExportPackDialog(theme, table, parent)
    table.setParent(dialog)
    rows = [PromptRow("a", "Order bot", 1, False, ""), PromptRow("b", "Mail bot", 0, False, "")]
    table.show_prompts(rows, {"a": "winner"})
    dialog.choice.select(0)
    return dialog


def _import(theme: Theme, parent: QWidget) -> QDialog:
    dialog = ImportPackDialog(theme, parent)
    dialog.show_plan(plan("new", "changed"))
    return dialog


def _cases(theme: Theme, parent: QWidget) -> QDialog:
    dialog = CasesDialog(theme, "Order bot", read_only=False, parent=parent)
    dialog.show_cases([Case("a", "Late"), Case("b", "Early")], ())
    return dialog


def _case_import(theme: Theme, parent: QWidget) -> QDialog:
    dialog = CaseImportDialog(theme, ("order",), parent)
    table = CaseTable(("order", "expected"), (("7", "late"), ("8", "here")), (2, 3))
    mapping = default_mapping(table, ("order",))
    dialog.show_table("orders.csv", table, mapping)
    mapped = map_cases(table, mapping, ("order",))
    dialog.show_plan(CaseImportPlan("p", mapped.cases, mapped, 0, skips_duplicates=True))
    return dialog


def _exchange(theme: Theme, parent: QWidget) -> QDialog:
    dialog = ExchangeDialog(theme, "Import", "logs.db", parent)
    dialog.finish("Two runs can be imported.", [LeftOut("a", "It has no text.")], offer="Import")
    return dialog


def _try(_: Theme, parent: QWidget) -> QDialog:
    dialog = TryDialog(TryChoice(CANDIDATES, 0, 2, 48, 0.1), parent)
    dialog.show_estimate(ShownEstimate(96, 96, 0.04, 0.06, 120.0))
    return dialog


def _successor(_: Theme, parent: QWidget) -> QDialog:
    dialog = SuccessorDialog("mini", SuiteSettings(), lambda: None, parent)
    dialog.take(CANDIDATES[1].lane)
    dialog.show_estimate(ShownEstimate(96, 48, 0.04, 0.06, 120.0))
    return dialog


def _searches(_: Theme, parent: QWidget) -> QDialog:
    dialog = SavedSearchesDialog(parent)
    dialog.show_searches([SavedSearch("a", "Cheap", "cost:<0.01", "2026-01-01"), SavedSearch("b", "B", "b", "")])
    return dialog


def _facts(theme: Theme, parent: QWidget) -> QDialog:
    run = SuiteRun("r", 1, "2026-01-01T00:00:00.000Z", 1, 1, standin_columns(2), 0, 9, 18)
    dialog = FactsDialog(theme, FactsOffer(run, (0, 1), ("#1 · a", "#2 · a"), 0, (False, True)), parent)
    dialog.field.set_exact("Order 7 is late.")
    return dialog


def _hand_over(theme: Theme, parent: QWidget) -> QDialog:
    dialog = HandOverDialog(theme, "Order bot", parent)
    dialog.show_made(hand_over())
    return dialog


def _retiring(theme: Theme, parent: QWidget) -> QDialog:
    dialog = RetiringDialog(theme, "LiteLLM 1.0, list of models", parent=parent)
    dialog.show_models(RETIRING)
    return dialog


MADE: dict[type[QDialog], Callable[[Theme, QWidget], QDialog]] = {
    ExportPackDialog: _export,
    CasesDialog: _cases,
    FactsDialog: _facts,
    CaseImportDialog: _case_import,
    CheckTypeDialog: lambda theme, parent: CheckTypeDialog(theme, parent=parent),
    LaneChecksDialog: lambda theme, parent: LaneChecksDialog(
        theme, "fast", OutputChecks((), ()), "", QAction(parent), parent
    ),
    ExchangeDialog: _exchange,
    HiddenCasesDialog: lambda _, parent: HiddenCasesDialog([("c", "Case 1")], parent),
    SavedSearchesDialog: _searches,
    GoalsDialog: lambda _, parent: GoalsDialog(DecideGoals(), [RouteChoice("own_gpu", "Your own hardware")], parent),
    HandOverDialog: _hand_over,
    TrainingDialog: lambda theme, parent: TrainingDialog(theme, "Order bot", parent),
    SuiteSettingsDialog: lambda _, parent: SuiteSettingsDialog(SuiteSettings(), has_answers=True, parent=parent),
    TryDialog: _try,
    JudgeDialog: lambda _, parent: JudgeDialog(JudgeChoice(None, "The kinder one.", 24), lambda lane: None, parent),
    SuccessorDialog: _successor,
    RetiringDialog: _retiring,
    RulesDialog: lambda theme, parent: RulesDialog(theme, "Row 1", parent),
    NoteDialog: lambda _, parent: NoteDialog(parent, "#1", ""),
    TagsDialog: lambda _, parent: TagsDialog(parent, "#1", ("good",)),
    PlaceDialog: lambda _, parent: PlaceDialog(parent, PromptRow("p", "Bot", 0, False, "", "a", ("b",)), ("a",)),
    PresetDialog: lambda _, parent: PresetDialog(parent, KnownPresets(), "fast", "mini, big"),
    SearchNameDialog: lambda _, parent: SearchNameDialog(parent, "cost:<0.01", "cheap", ()),
    SchemaDialog: lambda _, parent: SchemaDialog(
        SchemaField("", "object", children=(SchemaField("status"),)), "Output", parent
    ),
    ConversationDialog: lambda theme, parent: ConversationDialog(theme, "", has_system=False, parent=parent),
    ImportPackDialog: _import,
    PasteExamples: lambda theme, parent: PasteExamples(theme, "", parent),
    TechniqueForm: lambda theme, parent: TechniqueForm(theme, TECHNIQUE, parent),
}
each_dialog = pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)


def _stops(dialog: QDialog) -> list[QWidget]:
    """Return the lists, trees and one-line fields that accept focus."""
    return [
        one
        for one in dialog.findChildren(QWidget)
        if isinstance(one, QAbstractItemView | QLineEdit)
        and one.isVisibleTo(dialog)
        and one.isEnabled()
        and one.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not isinstance(one.parent(), QAbstractSpinBox | QComboBox)
    ]


@pytest.fixture
def behind() -> Any:
    window = QWidget()
    window.show()
    yield window
    window.close()
    window.deleteLater()


@each_dialog
def test_enter_presses_the_primary_button(shown: Show, theme: Theme, behind: QWidget, kind: type[QDialog]) -> None:
    dialog = shown(MADE[kind](theme, behind))
    assert type(dialog) is kind
    (primary,) = (one for one in dialog.findChildren(QPushButton) if one.property("role") == "primary")
    assert primary.isVisible()
    primary.setEnabled(True)
    # The action itself is tested elsewhere; here the dialog has to stay open.
    primary.clicked.disconnect()
    pressed: list[str] = []
    primary.clicked.connect(lambda: pressed.append(kind.__name__))
    for count, stop in enumerate(_stops(dialog), start=1):
        stop.setFocus()
        assert QApplication.focusWidget() is stop
        QTest.keyClick(stop, Qt.Key.Key_Return)
        assert len(pressed) == count, f"Enter in {stop.accessibleName()} does not press {primary.text()}"


@each_dialog
def test_escape_closes_the_dialog(shown: Show, theme: Theme, behind: QWidget, kind: type[QDialog]) -> None:
    dialog = shown(MADE[kind](theme, behind))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    stops = _stops(dialog)
    if stops:
        stops[0].setFocus()
    QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.result() == QDialog.DialogCode.Rejected
