"""A JSON Schema as a form in a dialog.

Invariant: the dialog's only state is one `SchemaField`; its result is that field written as a schema, and nothing
changes before the user applies it. Parts that the form does not show are listed and kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.schema_form import (
    Kind,
    SchemaField,
    SchemaFormError,
    read_schema,
    split_choices,
    unshown,
    write_schema,
)
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import opens_menu
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.layout_widgets import delete_widgets
from workbench.ui.widgets.theme import set_role

Path = tuple[int, ...]
Children = tuple[SchemaField, ...]
_INDENT = 18
_MOST_SAID = 6
_COLUMNS = ("Name", "Type", "", "Description", "One of")
_TYPES: tuple[tuple[str, Kind, Kind], ...] = (
    ("string", "string", "other"),
    ("number", "number", "other"),
    ("integer", "integer", "other"),
    ("boolean", "boolean", "other"),
    ("object", "object", "other"),
    ("list of string", "array", "string"),
    ("list of number", "array", "number"),
    ("list of integer", "array", "integer"),
    ("list of object", "array", "object"),
    ("list", "array", "other"),
    ("as written", "other", "other"),
)


class SchemaDialog(Dialog):
    """The properties of a schema, to edit and apply. Esc changes nothing."""

    taken = Signal(str)
    """The schema as text."""

    def __init__(self, form: SchemaField, what: str, parent: QWidget) -> None:
        """`what` names the schema, such as “Output format”."""
        super().__init__(parent)
        self.form = self._first = form
        self.setWindowTitle(f"{what}: properties")
        letter = self.fontMetrics().averageCharWidth()
        self.resize(QSize(136 * letter, 64 * letter).boundedTo(geometry.room(self)))
        self._page = QWidget()
        self._grid = QGridLayout(self._page)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self.rows: dict[Path, SchemaRow] = {}
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self._page)
        self._area = area
        self.add = _button("+ Property", "quiet")
        self.add.setToolTip("Add a property at the end")
        self.add.clicked.connect(lambda: self.insert((len(self.form.children),)))
        self._kept = _words("small")
        self.wrong = _words("error")
        cancel = _button("Cancel")
        cancel.clicked.connect(self.reject)
        self.use = _button("Apply", "primary")
        self.use.clicked.connect(self._take)
        self.use.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(10)
        layout.addWidget(area, 1)
        for words in (self._kept, self.wrong):
            layout.addWidget(words)
        layout.addLayout(buttons)
        kept = unshown(form)
        more = f" and {len(kept) - _MOST_SAID} more" if len(kept) > _MOST_SAID else ""
        said = f"Not shown here, but kept: {', '.join(kept[:_MOST_SAID])}{more}." if kept else ""
        self._kept.setText(said)
        self._kept.setVisible(bool(kept))
        self._build()
        if not form.children:
            self.insert((0,))

    def change(self, path: Path, **changes: object) -> None:
        """Change one property."""
        self.form = _changed(self.form, path, lambda field: replace(field, **changes))  # type: ignore[arg-type]
        self._judge()

    def insert(self, path: Path) -> None:
        """Insert a new property and focus its name."""
        at = path[-1]
        self.form = _with_children(
            self.form, path[:-1], lambda children: (*children[:at], SchemaField(""), *children[at:])
        )
        self._build()
        self.rows[path].name.setFocus()

    def act(self, path: Path, action: str) -> None:
        """Move or remove a property, or add one below or inside it."""
        at = path[-1]
        if action in ("below", "inside"):
            inside = (*path, len(_at(self.form, path).children))
            self.insert(inside if action == "inside" else (*path[:-1], at + 1))
            return
        target = {"up": at - 1, "down": at + 1, "remove": max(0, at - 1)}[action]

        def moved(children: tuple[SchemaField, ...]) -> tuple[SchemaField, ...]:
            rest = [*children[:at], *children[at + 1 :]]
            if action != "remove":
                rest.insert(target, children[at])
            return tuple(rest)

        self.form = _with_children(self.form, path[:-1], moved)
        self._build()
        row = self.rows.get((*path[:-1], target))
        (self.add if row is None else row.name).setFocus()

    def retype(self, path: Path, kind: Kind, items: Kind) -> None:
        """Change the type of a property; the properties of an object are kept."""
        self.change(path, kind=kind, items=items)
        self._build()
        self.rows[path].kind.setFocus()

    def _build(self) -> None:
        delete_widgets(self._grid)
        for column, title in enumerate(_COLUMNS):
            label = QLabel(title)
            set_role(label, "small")
            self._grid.addWidget(label, 0, column)
        self.rows = {}
        for number, (path, field, count) in enumerate(_walk(self.form), start=1):
            self.rows[path] = row = SchemaRow(self, path, field, count)
            for column, widget in enumerate(row.widgets):
                self._grid.addWidget(widget, number, column)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(3, 4)
        self._grid.setColumnStretch(4, 6)
        for line in range(self._grid.rowCount()):
            self._grid.setRowStretch(line, 0)
        self._grid.setRowStretch(len(self.rows) + 1, 1)
        controls = [widget for row in self.rows.values() for widget in row.controls if not widget.isHidden()]
        for before, after in itertools.pairwise([*controls, self.add]):
            QWidget.setTabOrder(before, after)
        self._judge()
        QTimer.singleShot(0, self._page, self._reveal)

    def _reveal(self) -> None:
        focused = self.focusWidget()
        if focused is not None and self._page.isAncestorOf(focused):
            self._area.ensureWidgetVisible(focused)

    def _judge(self) -> str:
        try:
            text, problem = write_schema(self.form), ""
        except SchemaFormError as error:
            text, problem = "", str(error)
        self.wrong.setText(problem)
        self.wrong.setVisible(bool(problem))
        self.use.setEnabled(not problem)
        return text

    def _take(self) -> None:
        text = self._judge()
        if text:
            self.accept()
            if self.form != self._first:
                self.taken.emit(text)


class SchemaRow:
    """The controls of one property."""

    def __init__(self, dialog: SchemaDialog, path: Path, field: SchemaField, count: int) -> None:
        self._dialog, self._path, self._count = dialog, path, count
        self._field = field
        called = field.name or "the new property"
        self.name = _line(field.name, "Name of a property", "name")
        self.name.textChanged.connect(lambda text: dialog.change(path, name=text))
        place = QWidget()
        inner = QHBoxLayout(place)
        inner.setContentsMargins(_INDENT * (len(path) - 1), 0, 0, 0)
        inner.addWidget(self.name)
        self.kind = QComboBox()
        self.kind.setAccessibleName(f"Type of {called}")
        for title, kind, items in _TYPES:
            self.kind.addItem(title, (kind, items))
        items = field.items if field.kind == "array" else "other"
        titles = [title for title, kind, of in _TYPES if (kind, of) == (field.kind, items)]
        # A list of lists or of booleans is shown as a list, and keeps its item type.
        self.kind.setCurrentText(titles[0] if titles else "list")
        self.kind.activated.connect(lambda index: dialog.retype(path, *_TYPES[index][1:]))
        self.required = QCheckBox("required")
        self.required.setAccessibleName(f"{called} is required")
        self.required.setChecked(field.required)
        self.required.toggled.connect(lambda on: dialog.change(path, required=on))
        self.description = _line(field.description, f"Description of {called}", "What it means")
        self.description.textChanged.connect(lambda text: dialog.change(path, description=text))
        self.choices = _line(", ".join(field.choices), f"Allowed texts of {called}, separated by commas", "any text")
        self.choices.textChanged.connect(lambda text: dialog.change(path, choices=split_choices(text)))
        if field.kind != "string":
            self.choices.hide()
        self.more = QToolButton()
        self.more.setText("⋯")
        self.more.setAccessibleName(f"Actions for {called}")
        self.more.setToolTip("Add, move or remove")
        set_role(self.more, "quiet")
        opens_menu(self.more)
        self.more.clicked.connect(self._open)
        self.widgets = (place, self.kind, self.required, self.description, self.choices, self.more)
        self.controls = (self.name, self.kind, self.required, self.description, self.choices, self.more)

    def menu(self) -> QMenu:
        """Return the menu of actions on the property; it deletes itself when it closes."""
        menu = QMenu(self.more)
        menu.aboutToHide.connect(menu.deleteLater)
        at = self._path[-1]
        entries = (
            ("Add a property below", "below", True),
            ("Add a property inside", "inside", self._field.holds_children),
            ("Move up", "up", at > 0),
            ("Move down", "down", at < self._count - 1),
            ("Remove", "remove", True),
        )
        for text, action, enabled in entries:
            entry = menu.addAction(text)
            entry.setEnabled(enabled)
            entry.triggered.connect(lambda _=False, action=action: self._later(action))
        return menu

    def _open(self) -> None:
        self.menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _later(self, action: str) -> None:
        # The menu belongs to a button that the action replaces.
        QTimer.singleShot(0, self._dialog, lambda: self._dialog.act(self._path, action))


def _walk(form: SchemaField, path: Path = ()) -> Iterator[tuple[Path, SchemaField, int]]:
    """Yield every property that has a row, with its path and the number of its siblings."""
    for index, child in enumerate(form.children if not path or form.holds_children else ()):
        yield (*path, index), child, len(form.children)
        yield from _walk(child, (*path, index))


def _at(form: SchemaField, path: Path) -> SchemaField:
    for index in path:
        form = form.children[index]
    return form


def _changed(form: SchemaField, path: Path, change: Callable[[SchemaField], SchemaField]) -> SchemaField:
    if not path:
        return change(form)
    children = list(form.children)
    children[path[0]] = _changed(children[path[0]], path[1:], change)
    return replace(form, children=tuple(children))


def _with_children(form: SchemaField, path: Path, change: Callable[[Children], Children]) -> SchemaField:
    return _changed(form, path, lambda field: replace(field, children=change(field.children)))


def _line(text: str, name: str, hint: str) -> QLineEdit:
    line = QLineEdit(text)
    line.setAccessibleName(name)
    line.setPlaceholderText(hint)
    line.setCursorPosition(0)
    return line


def _button(text: str, role: str = "") -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    if role:
        set_role(button, role)
    return button


def _words(role: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    set_role(label, role)
    return label


def open_form(text: str, what: str, parent: QWidget) -> SchemaDialog:
    """Open the form of a schema as typed. Raises SchemaFormError if the text cannot be shown as a form."""
    dialog = SchemaDialog(read_schema(text), what, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog
