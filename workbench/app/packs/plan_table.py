"""Table model of an import plan: a row for each prompt, with the chosen action, and the text of a prompt as a preview.

Invariant: only actions that the importer can carry out can be chosen; nothing is written here. The cost of a preview is
independent of the prompt's length: no more text is built than is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from workbench.core.text import plural
from workbench.packs.pack_contents import PackPrompt
from workbench.usecases.packs.importer import Action, PackImportPlan, PlannedPrompt, State

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Prompt", "Status", "Contents", "Action")
STATES: Mapping[State, str] = {
    "new": "New",
    "changed": "Changed",
    "identical": "Identical",
    "conflicting": "Conflicting",
}
_DOES: Mapping[Action, str] = {"add": "Add", "update": "Update", "skip": "Skip"}


def possible(one: PlannedPrompt) -> tuple[Action, ...]:
    """Return the possible actions for a prompt, the least invasive last."""
    if one.state == "new":
        return ("add", "skip")
    if one.state == "identical":
        return ("add", "skip")
    return ("update", "add", "skip")


def words_of(one: PlannedPrompt, action: Action) -> str:
    """Return the displayed words of an action for this prompt."""
    if action == "update":
        return "Update as new versions"
    if action == "add" and one.state != "new":
        return "Add as a second prompt"
    return _DOES[action]


class PlanTable(QAbstractTableModel):
    """`chosen` is emitted when other actions are chosen."""

    chosen = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._prompts: tuple[PlannedPrompt, ...] = ()
        self._actions: dict[str, Action] = {}

    def show_plan(self, plan: PackImportPlan) -> None:
        """Show a plan, with the actions suggested by its states."""
        self.beginResetModel()
        self._prompts = plan.prompts
        self._actions = {one.prompt.slug: one.action for one in plan.prompts}
        self.endResetModel()
        self.chosen.emit()

    @property
    def actions(self) -> Mapping[str, Action]:
        """The chosen actions, by slug."""
        return dict(self._actions)

    @property
    def brings(self) -> bool:
        """Whether anything will be imported."""
        return any(action != "skip" for action in self._actions.values())

    @property
    def summary(self) -> str:
        """A summary of the actions, in one sentence."""
        counts = {action: sum(one == action for one in self._actions.values()) for action in _DOES}
        if not self.brings:
            same = all(one.state == "identical" for one in self._prompts)
            return "Nothing new: everything is already in your history." if same else "Nothing will be imported."
        did = (("add", "added"), ("update", "updated"), ("skip", "skipped"))
        parts = [f"{counts[action]} {word}" for action, word in did if counts[action]]  # type: ignore[index]
        return f"Prompts: {', '.join(parts)}. Nothing in your history is changed or removed."

    def prompt(self, row: int) -> PlannedPrompt | None:
        """Return the prompt of a row."""
        return self._prompts[row] if 0 <= row < len(self._prompts) else None

    def action(self, row: int) -> Action:
        """Return the chosen action of a row."""
        return self._actions[self._prompts[row].prompt.slug]

    def choose(self, rows: Iterable[int], action: Action) -> None:
        """Choose an action for rows, where it is possible."""
        changed = [row for row in rows if action in possible(self._prompts[row]) and self.action(row) != action]
        for row in changed:
            self._actions[self._prompts[row].prompt.slug] = action
        if changed:
            # One signal for all rows, because a view refreshes much for each.
            self.dataChanged.emit(self.index(min(changed), 0), self.index(max(changed), len(COLUMNS) - 1))
        self.chosen.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._prompts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and way == Qt.Orientation.Horizontal:
            return COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        one = self._prompts[index.row()]
        texts = (
            " ".join(one.prompt.name.split()) or one.prompt.slug,
            STATES[one.state],
            one.words,
            words_of(one, self._actions[one.prompt.slug]),
        )
        return texts[index.column()]


MOST_SHOWN = 50_000
"""Characters."""
_MORE = "\n\n… and more, not shown here."


def text_of(prompt: PackPrompt) -> str:
    """Return the messages of the version in use, each below its role, and its other contents in words."""
    content, parts, room = prompt.content, [], MOST_SHOWN
    for message in content.messages:
        files = "".join(f"\n[{one.name}]" for one in message.attachments)
        said = f"{message.role}\n{message.text[:room]}{files}"
        parts.append(said)
        room -= len(said)
        if room <= 0:
            return "\n\n".join(parts)[:MOST_SHOWN] + _MORE
    other = [
        _counted(len(content.examples), "example"),
        _counted(len(content.tools), "tool"),
        "an output format" if content.output is not None else "",
    ]
    if with_ := ", ".join(filter(None, other)):
        parts.append(f"With {with_}.")
    return "\n\n".join(parts)


def _counted(count: int, word: str) -> str:
    return f"{count} {plural(count, word)}" if count else ""
