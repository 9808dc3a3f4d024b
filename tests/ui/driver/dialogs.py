"""The dialogs of a main window: which are open, and how to open one for a given item."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

if TYPE_CHECKING:
    from workbench.app.palette.palette import PaletteSource
    from workbench.ui.features.address.controller import AddressConfirmation
    from workbench.ui.features.address.dialog import AddressDialog
    from workbench.ui.features.cases.controller import CasesController
    from workbench.ui.features.cases.dialog import CasesDialog
    from workbench.ui.features.cases.import_dialog import CaseImportDialog
    from workbench.ui.features.cases.proposal_dialog import ProposalDialog
    from workbench.ui.features.checks.controller import ChecksController
    from workbench.ui.features.conversation.controller import ConversationController
    from workbench.ui.features.conversation.dialog import ConversationDialog
    from workbench.ui.features.exchange.controller import ExchangeController
    from workbench.ui.features.exchange.dialog import ExchangeDialog
    from workbench.ui.features.improve.dialog import ImproveDialog
    from workbench.ui.features.lanes.code import CodeDialog
    from workbench.ui.features.lanes.controller import LanesController
    from workbench.ui.features.maintenance.panel import HistoryPanel
    from workbench.ui.features.models.dialog import ModelPicker
    from workbench.ui.features.packs.controller import PacksController
    from workbench.ui.features.packs.export_controller import PackExportController
    from workbench.ui.features.packs.export_dialog import ExportPackDialog
    from workbench.ui.features.packs.import_controller import PackImportController
    from workbench.ui.features.packs.import_dialog import ImportPackDialog
    from workbench.ui.features.palette.controller import PaletteController
    from workbench.ui.features.palette.dialog import PaletteDialog
    from workbench.ui.features.palette.shortcuts import ShortcutSheet
    from workbench.ui.features.rank.judge_dialog import JudgeDialog
    from workbench.ui.features.settings.dialog import SettingsDialog
    from workbench.ui.features.techniques.controller import TechniquesController
    from workbench.ui.features.techniques.dialog import TechniqueDialog
    from workbench.ui.features.techniques.form import TechniqueForm
    from workbench.ui.features.training.controller import TrainingController
    from workbench.ui.features.training.dialog import TrainingDialog
    from workbench.ui.shell.events import SettingsPage
    from workbench.ui.shell.window import MainWindow
    from workbench.ui.widgets.dialog import NoteDialog

D = TypeVar("D", bound=QWidget)


class DialogDriver:
    """Finds open dialogs by their type; each property is None while no such dialog is shown."""

    def __init__(self, main: MainWindow) -> None:
        self._main = main
        self._lanes: LanesController = main.features.controller("lanes")

    def find(self, kind: type[D]) -> D | None:
        """Return the shown dialog of this type that belongs to the window, directly or over another dialog."""
        shown = (one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible())
        return next((one for one in shown if self._is_ours(one)), None)

    def _is_ours(self, dialog: QWidget) -> bool:
        parent = dialog.parentWidget()
        while parent is not None and parent is not self._main.frame:
            parent = parent.parentWidget()
        return parent is not None

    @property
    def question(self) -> QMessageBox | None:
        """The message box that asks before something is lost."""
        return self.find(QMessageBox)

    @property
    def files(self) -> QFileDialog | None:
        """The file dialog."""
        return self.find(QFileDialog)

    @property
    def picker(self) -> ModelPicker | None:
        """The model picker."""
        from workbench.ui.features.models.dialog import ModelPicker

        return self.find(ModelPicker)

    @property
    def judge(self) -> JudgeDialog | None:
        """The dialog that lets a judge compare pairs."""
        from workbench.ui.features.rank.judge_dialog import JudgeDialog

        return self.find(JudgeDialog)

    @property
    def settings(self) -> SettingsDialog | None:
        """The settings dialog."""
        from workbench.ui.features.settings.dialog import SettingsDialog

        return self.find(SettingsDialog)

    @property
    def history_page(self) -> HistoryPanel | None:
        """The History page of the settings, None before it was first shown."""
        from workbench.ui.features.maintenance.panel import HistoryPanel

        return None if (settings := self.settings) is None else settings.findChild(HistoryPanel)

    @property
    def note(self) -> NoteDialog | None:
        """The dialog for the note on an iteration or version."""
        from workbench.ui.widgets.dialog import NoteDialog

        return self.find(NoteDialog)

    @property
    def code(self) -> CodeDialog | None:
        """The dialog with code that reproduces a lane."""
        from workbench.ui.features.lanes.code import CodeDialog

        return self.find(CodeDialog)

    @property
    def palette(self) -> PaletteDialog | None:
        """The command palette."""
        from workbench.ui.features.palette.dialog import PaletteDialog

        return self.find(PaletteDialog)

    @property
    def shortcuts(self) -> ShortcutSheet | None:
        """The shortcut sheet."""
        from workbench.ui.features.palette.shortcuts import ShortcutSheet

        return self.find(ShortcutSheet)

    @property
    def conversation(self) -> ConversationDialog | None:
        """The preview of a pasted conversation."""
        from workbench.ui.features.conversation.dialog import ConversationDialog

        return self.find(ConversationDialog)

    @property
    def techniques(self) -> TechniqueDialog | None:
        """The list of techniques."""
        from workbench.ui.features.techniques.dialog import TechniqueDialog

        return self.find(TechniqueDialog)

    @property
    def technique_form(self) -> TechniqueForm | None:
        """The form of the user's own technique."""
        from workbench.ui.features.techniques.form import TechniqueForm

        return self.find(TechniqueForm)

    @property
    def improve(self) -> ImproveDialog | None:
        """The proposal of an improved version."""
        from workbench.ui.features.improve.dialog import ImproveDialog

        return self.find(ImproveDialog)

    @property
    def exchange(self) -> ExchangeDialog | None:
        """The import preview or the export of runs."""
        from workbench.ui.features.exchange.dialog import ExchangeDialog

        return self.find(ExchangeDialog)

    @property
    def pack_import(self) -> ImportPackDialog | None:
        """The preview of a pack to import."""
        from workbench.ui.features.packs.import_dialog import ImportPackDialog

        return self.find(ImportPackDialog)

    @property
    def pack_export(self) -> ExportPackDialog | None:
        """The export of a pack."""
        from workbench.ui.features.packs.export_dialog import ExportPackDialog

        return self.find(ExportPackDialog)

    @property
    def cases(self) -> CasesDialog | None:
        """The cases of the prompt."""
        from workbench.ui.features.cases.dialog import CasesDialog

        return self.find(CasesDialog)

    @property
    def case_import(self) -> CaseImportDialog | None:
        """The preview of cases to import."""
        from workbench.ui.features.cases.import_dialog import CaseImportDialog

        return self.find(CaseImportDialog)

    @property
    def case_proposals(self) -> ProposalDialog | None:
        """The request for cases, and those proposed."""
        from workbench.ui.features.cases.proposal_dialog import ProposalDialog

        return self.find(ProposalDialog)

    @property
    def training(self) -> TrainingDialog | None:
        """The export of training files."""
        from workbench.ui.features.training.dialog import TrainingDialog

        return self.find(TrainingDialog)

    @property
    def address(self) -> AddressDialog | None:
        """The question whether a key may be sent to another address."""
        from workbench.ui.features.address.dialog import AddressDialog

        return self.find(AddressDialog)

    def announce_cases(self) -> None:
        """Announce that cases of the history were changed, as the view that stored them does."""
        from workbench.ui.shell.events import Changed, DataChanged

        self._main.services.events.publish(DataChanged(Changed.CASES))

    def show_settings(self, page: SettingsPage = "keys", item: str = "") -> None:
        """Open the settings on a page; `item` is the provider or the endpoint's uid to select there."""
        from workbench.ui.shell.events import SettingsRequested

        self._main.services.events.publish(SettingsRequested(page, item))

    def show_picker(self, slot: str) -> None:
        """Open the model picker for a lane."""
        self._lanes.choose_model(slot)

    def show_code(self, slot: str) -> None:
        """Open the code that reproduces a lane."""
        self._lanes.dialogs.code(slot)

    def show_wire(self, slot: str) -> None:
        """Open the recorded request and response of a lane."""
        self._lanes.dialogs.wire(slot)

    def show_choices(self, slot: str) -> None:
        """Open the other choices of an answer."""
        self._lanes.dialogs.choices(slot)

    def show_palette(self, text: str = "") -> None:
        """Open the palette with `text` in its field."""
        controller: PaletteController = self._main.features.controller("palette")
        controller.open_palette(text)

    def add_palette_source(self, source: PaletteSource) -> None:
        """List entries of `source` in each palette that opens from now on, before all others."""
        from workbench.ui.shell.events import PaletteOpening

        self._main.services.events.subscribe(PaletteOpening, lambda event: event.add(source))

    def show_shortcuts(self) -> None:
        """Open the shortcut sheet."""
        controller: PaletteController = self._main.features.controller("palette")
        controller.open_sheet()

    @property
    def pack_imports(self) -> PackImportController:
        """Imports packs."""
        return self._packs.imports

    @property
    def pack_exports(self) -> PackExportController:
        """Exports packs."""
        return self._packs.exports

    @property
    def _packs(self) -> PacksController:
        controller: PacksController = self._main.features.controller("packs")
        return controller

    @property
    def case_actions(self) -> CasesController:
        """Shows and edits cases."""
        controller: CasesController = self._main.features.controller("cases")
        return controller

    @property
    def check_actions(self) -> ChecksController:
        """Edits checks and checks the shown answers."""
        controller: ChecksController = self._main.features.controller("checks")
        return controller

    @property
    def training_actions(self) -> TrainingController:
        """Exports training files."""
        controller: TrainingController = self._main.features.controller("training")
        return controller

    @property
    def exchange_actions(self) -> ExchangeController:
        """Imports and exports runs."""
        controller: ExchangeController = self._main.features.controller("exchange")
        return controller

    @property
    def conversation_actions(self) -> ConversationController:
        """Continues and imports conversations."""
        controller: ConversationController = self._main.features.controller("conversation")
        return controller

    @property
    def technique_actions(self) -> TechniquesController:
        """Inserts techniques."""
        controller: TechniquesController = self._main.features.controller("techniques")
        return controller

    @property
    def address_confirmation(self) -> AddressConfirmation:
        """Asks whether a key may be sent to another address."""
        controller: AddressConfirmation = self._main.features.controller("address")
        return controller
