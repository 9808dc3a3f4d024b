"""Dialogs that are made without a window, each with the stand-ins of its own tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLineEdit, QListView, QWidget

from tests import leaks
from tests.ui.dialog_support import PickerDouble, SentenceError, SettingsDouble, an_offer, bad, ok
from tests.ui.features.standins import wait_for
from tests.ui.screens.approval import Screens
from tests.ui.test_dialogs_enter import MADE, TECHNIQUE
from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane
from workbench.core.techniques import Technique
from workbench.core.testing.case_mapping import default_mapping, map_cases
from workbench.core.testing.case_table import CaseTable
from workbench.core.testing.settings import SuiteSettings
from workbench.ui.features.address.dialog import AddressDialog
from workbench.ui.features.cases.import_dialog import CaseImportDialog
from workbench.ui.features.conversation.dialog import ConversationDialog
from workbench.ui.features.exchange.dialog import ExchangeDialog
from workbench.ui.features.models.dialog import ModelPicker
from workbench.ui.features.settings.dialog import SettingsDialog
from workbench.ui.features.techniques.dialog import TechniqueDialog
from workbench.ui.features.testing.settings_dialog import SuiteSettingsDialog
from workbench.ui.recovery.dialog import RecoveryDialog
from workbench.ui.shell.events import SettingsPage
from workbench.ui.shell.questions import answers_question, draft_question
from workbench.ui.widgets.theme import Theme
from workbench.usecases.case_import import CaseImportPlan
from workbench.usecases.credentials import AddressQuestion
from workbench.usecases.server_discovery import CANDIDATES, FoundServer
from workbench.usecases.techniques import TechniqueLibrary

QUESTION = AddressQuestion(
    "OpenAI", "the key", ("https://api.openai.com",), "https://llm.theirs.example/v1", "https://llm.theirs.example", (),
    "OPENAI_BASE_URL",
)  # fmt: skip
TALK = "system: Be kind.\nuser: Where is my order?\nassistant: Which number does it have?\nuser: 123ABCDEFG"
PROBLEMS = tuple(f"technique-{number}.md has no name." for number in range(1, 8))
SERVERS = (
    FoundServer(CANDIDATES[0], True, ("a", "b"), "Ollama is running with 2 models."),
    FoundServer(CANDIDATES[1], False, (), "LM Studio is not running. Start it, then look again."),
)
SEARCHES = {"mini": "mini", "nothing": "zzz", "similar": "clde hku", "address": "http://a.example/v1"}
PAGES: tuple[SettingsPage, ...] = ("keys", "endpoints", "limits")
Step = Callable[[QDialog], object]


def take_all(screens: Screens, theme: Theme, behind: QWidget) -> None:
    """Show each dialog and record it."""
    QApplication.clipboard().clear()
    for name, dialog, step in _dialogs(theme, behind):
        # Columns and buttons that do not fit are hidden.
        dialog.resize(3000, 1600)
        dialog.show()
        rest()
        if step is not None:
            step(dialog)
            rest()
        screens.take(name, dialog)
        dialog.hide()
        dialog.deleteLater()


def _dialogs(theme: Theme, behind: QWidget) -> Iterator[tuple[str, QDialog, Step | None]]:
    for kind, make in MADE.items():
        yield kind.__name__, make(theme, behind), None
    yield "AddressDialog", AddressDialog(theme, QUESTION, behind), None
    yield "question-draft", draft_question(behind), None
    yield "question-answers", answers_question(behind, 2), None
    yield "TechniqueDialog-problems", _techniques(theme, behind), None
    yield "ExchangeDialog-failed", ExchangeDialog(theme, "Import", "logs.db", behind), _fail
    made = SuiteSettingsDialog(SuiteSettings(), has_answers=False, parent=behind)
    yield "SuiteSettingsDialog-wrong", made, _save_nonsense
    made = SuiteSettingsDialog(SuiteSettings(), has_answers=False, parent=behind)
    yield "SuiteSettingsDialog-corrected", made, _correct
    yield "ConversationDialog-pasted", ConversationDialog(theme, TALK, has_system=True, parent=behind), None
    yield "CaseImportDialog-every-column", _cases(theme, behind), None
    yield from _settings(theme, behind)
    yield from _pickers(theme, behind)
    recovery = RecoveryDialog(theme, Path("/histories/workbench.db"), behind)
    recovery.offer(SentenceError("The history is damaged. Restore a backup."), "damaged")
    yield "RecoveryDialog", recovery, None
    recovery = RecoveryDialog(theme, Path("/histories/workbench.db"), behind)
    recovery.offer(SentenceError("The log is damaged. Restore a backup."), "log")
    yield "RecoveryDialog-log", recovery, None


def _techniques(theme: Theme, behind: QWidget) -> QDialog:
    dialog = TechniqueDialog(theme, Content((Message("user", "Hi"),)), None, behind)
    role = Technique(
        "role", "Role", "Say who answers.", "Helps tone.", "Not facts.", "system start", "You.", "A study."
    )
    dialog.show_library(TechniqueLibrary((TECHNIQUE, role), PROBLEMS), "brief")
    return dialog


def _cases(theme: Theme, behind: QWidget) -> QDialog:
    dialog = CaseImportDialog(theme, ("order",), behind)
    columns = ("order", "name", "expected", "tags", "group", "notes", "region", "__expected")
    row = ("7", "late", "Sorry.", "delay", "one", "seen twice", "EU", "icontains:sorry")
    table = CaseTable(columns, (row, ("",) * len(columns)), (2, 3))
    mapping = default_mapping(table, ("order",))
    dialog.show_table("orders.csv", table, mapping)
    mapped = map_cases(table, mapping, ("order",))
    dialog.show_plan(CaseImportPlan("p", mapped.cases, mapped, 1, skips_duplicates=False))
    return dialog


def _settings(theme: Theme, behind: QWidget) -> Iterator[tuple[str, QDialog, Step | None]]:
    broken = SettingsDouble()
    broken.answers = {page: bad(SentenceError(f"No {page}. Try again.")) for page in PAGES}
    for page in PAGES:
        yield f"SettingsDialog-{page}", SettingsDialog(theme, SettingsDouble(), behind, page), None
        yield f"SettingsDialog-{page}-unreadable", SettingsDialog(theme, broken, behind, page), None
    yield "SettingsDialog-keys-without-keyring", SettingsDialog(theme, SettingsDouble(keyring=False), behind), None
    for name, step in KEY_STEPS.items():
        yield f"SettingsDialog-key-{name}", SettingsDialog(theme, SettingsDouble(), behind), step
    for name, step in ENDPOINT_STEPS.items():
        source = SettingsDouble()
        source.answers["look"] = ok(SERVERS)
        yield f"SettingsDialog-endpoint-{name}", SettingsDialog(theme, source, behind, "endpoints"), step


def _pickers(theme: Theme, behind: QWidget) -> Iterator[tuple[str, QDialog, Step | None]]:
    lane = Lane("a", LITELLM, "gpt-5-mini")
    silent = SentenceError("Nothing answers there. Start the server.")
    yield "ModelPicker", ModelPicker(theme, PickerDouble(an_offer(), ("llama3.2:3b", "phi4")), lane, behind), None
    yield "ModelPicker-silent", ModelPicker(theme, PickerDouble(an_offer(), silent), lane, behind), None
    for name, text in SEARCHES.items():
        picker = ModelPicker(theme, PickerDouble(an_offer(), ("phi4",)), lane, behind)
        yield f"ModelPicker-search-{name}", picker, partial(_type, "Search models", text)


def _fail(dialog: QDialog) -> None:
    assert isinstance(dialog, ExchangeDialog)
    dialog.begin("Reading logs.db…")
    dialog.show_progress("Reading logs.db…", 3, 12)


def _save_nonsense(dialog: QDialog) -> None:
    assert isinstance(dialog, SuiteSettingsDialog)
    dialog.fields["samples"].setText("many")
    dialog.save.click()


def _correct(dialog: QDialog) -> None:
    _save_nonsense(dialog)
    QTest.keyClicks(field(dialog, "Samples per case"), "2")


def _save_empty_endpoint(dialog: QDialog) -> None:
    press(dialog, "Add endpoint")
    field(dialog, "Base URL").setText("ftp://x")
    press(dialog, "Add header")
    field(dialog, "Name of the header").setText("X-Team")
    press(dialog, "Save the endpoint")


def rest() -> None:
    """Wait until nothing is pending: results of other threads, and what is delayed by less than a second."""
    QApplication.processEvents()
    wait_for(lambda: not any(timer.interval() < 1000 for timer in leaks.active_timers()))


# What a person does.


def press(inside: QWidget, name: str) -> None:
    """Press the visible button with this text or name."""
    buttons = (one for one in inside.findChildren(QAbstractButton) if one.isVisible())
    next(one for one in buttons if name in (one.text(), one.accessibleName())).click()
    QApplication.processEvents()


def field(inside: QWidget, name: str) -> QLineEdit:
    """Return the visible field with this accessible name."""
    fields = [one for one in inside.findChildren(QLineEdit) if one.isVisible()]
    return next(one for one in fields if name in one.accessibleName())


def choose(inside: QWidget, name: str, title: str) -> None:
    """Make the row of a list current."""
    view = next(one for one in inside.findChildren(QListView) if one.accessibleName() == name)
    rows = (view.model().index(at, 0) for at in range(view.model().rowCount()))
    view.setCurrentIndex(next(row for row in rows if row.data() == title))
    QApplication.processEvents()


def _type(name: str, text: str, inside: QWidget) -> None:
    field(inside, name).setText(text)


def _want_key(dialog: QDialog) -> None:
    assert isinstance(dialog, SettingsDialog)
    dialog.show_page("keys", "anthropic")


KEY_STEPS: dict[str, Step] = {
    "search-nothing": partial(_type, "Search providers", "nobody"),
    "own": lambda dialog: choose(dialog, "Providers", "Anthropic"),
    "from-the-environment": lambda dialog: choose(dialog, "Providers", "DeepSeek"),
    "none": lambda dialog: choose(dialog, "Providers", "OpenAI"),
    "wanted": _want_key,
}
ENDPOINT_STEPS: dict[str, Step] = {
    "new": lambda dialog: press(dialog, "Add endpoint"),
    "wrong": _save_empty_endpoint,
    "loaded": lambda dialog: press(dialog, "Load models"),
    "remove": lambda dialog: press(dialog, "Remove"),
    "looked": lambda dialog: press(dialog, "Look for Ollama and LM Studio"),
}
"""What is done before a screen of the settings is taken."""
