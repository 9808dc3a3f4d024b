"""Editor, values and run bar on the left, lanes on the right.

Invariant: the editor exists from the start, and the lanes are added later (`add_lanes`) without moving it. While a past
iteration is shown nothing in it can be edited, and the draft's text stays untouched in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.core.content import Content
from workbench.core.templates import content_variables
from workbench.ui.draft_page.run_bar import RunBar, hline
from workbench.ui.draft_page.set_bar import SetBar
from workbench.ui.editor import ContentEditor, ValuesPanel
from workbench.ui.widgets.geometry import PaneDivider, editor_width
from workbench.ui.widgets.layout_widgets import widgets_in
from workbench.ui.widgets.theme import Theme, set_role

if TYPE_CHECKING:
    from workbench.ui.draft_page.blind_bar import BlindBar
    from workbench.ui.draft_page.pager import SetPager
    from workbench.ui.draft_page.set_note import SetNote
    from workbench.ui.draft_page.viewing_bar import ViewingBar
    from workbench.ui.shell.rooms import LanesWidget
    from workbench.usecases.problems import MissingInput

LEAST_LANES = 240
Values = tuple[tuple[str, str], ...]


class ComposeView(PaneDivider):
    """The two halves. A second editor shows past iterations, so that the draft keeps its undo journal and caret."""

    lanes: LanesWidget
    pager: SetPager
    blind: BlindBar
    viewing: ViewingBar
    run_clicked = Signal()
    past_made = Signal(object)
    """The editor of past iterations, before it is first shown."""
    shown_editor_changed = Signal(object)
    """The editor on display: the draft's or that of past iterations."""
    draft_set = Signal()
    """The draft was replaced as a whole."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(editor_width, parent)
        self._theme = theme
        # Outermost first: a widget that gets another parent is restyled with all its children.
        self._left = QWidget(self)
        self._left.setMinimumWidth(280)
        room = QWidget(self)
        set_role(room, "surface")
        room.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStretchFactor(0, 10)
        self.setStretchFactor(1, 16)
        self.editor = ContentEditor(theme, self._left)
        self.sets = SetBar(self._left)
        self.values = ValuesPanel(theme, self._left)
        self.runbar = RunBar(self._left)
        self._past_editor: ContentEditor | None = None
        self._past_values: ValuesPanel | None = None
        self._set_note: SetNote | None = None
        layout = QVBoxLayout(self._left)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.editor, 1)
        layout.addWidget(self.sets)
        layout.addWidget(self.values)
        layout.addWidget(hline(self._left))
        layout.addWidget(self.runbar)
        self._layout = layout
        self.editor.edited.connect(self._sync_variables)
        self.runbar.run_clicked.connect(self.run_clicked)

    def show_preview(self, lanes: int, *, is_new: bool) -> None:
        """Show the number of lanes, and whether the draft `is_new` text, before the rest is read."""
        self.runbar.set_state(lanes, running=False, enabled=True)
        self.runbar.set_based_on(None if is_new else "")

    def set_queued(self, queued: bool) -> None:
        """Show whether a run is queued until the window is complete."""
        self.runbar.set_queued(queued)

    def add_lanes(self, lanes: LanesWidget) -> None:
        """Put the lanes into their reserved room; called once."""
        # Needed only with the lanes, not for the first paint.
        from workbench.ui.draft_page.blind_bar import BlindBar
        from workbench.ui.draft_page.pager import SetPager
        from workbench.ui.draft_page.viewing_bar import ViewingBar

        self.lanes = lanes
        # The size hint of the lanes must not push the editor aside.
        lanes.setMinimumWidth(LEAST_LANES)
        sizes = self.sizes()
        self.pager = SetPager()
        self._right = right = QWidget()  # the splitter does not own a replacement widget
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.blind = BlindBar()
        column.addWidget(self.blind)
        column.addWidget(self.pager)
        column.addWidget(lanes, 1)
        right.setMinimumWidth(LEAST_LANES)
        if (room := self.replaceWidget(1, right)) is not None:
            room.deleteLater()
        self.setStretchFactor(1, 16)
        self.setSizes(sizes)
        self.viewing = ViewingBar()
        self._layout.insertWidget(0, self.viewing)

    def set_draft(self, content: Content, values: Values, *, undoable: bool = False) -> None:
        """Put content and values into the editor; undoable if the user requested it."""
        self.editor.set_content(content, undoable=undoable)
        self.values.set_values(dict(values))
        self._sync_variables()
        self.draft_set.emit()

    def show_past(self, content: Content, values: Values, title: str, detail: str) -> None:
        """Show a past iteration read-only in place of the draft."""
        if self._past_editor is None:
            self._past_editor, self._past_values = ContentEditor(self._theme), ValuesPanel(self._theme)
            self._past_editor.set_read_only(True)
            self._past_values.set_read_only(True)
            self._layout.insertWidget(1, self._past_editor, 1)
            self._layout.insertWidget(2, self._past_values)
            self.past_made.emit(self._past_editor)
        self._past_editor.set_content(content)
        self.show_past_values(content, values)
        self._show(past=True)
        self.viewing.show_row(title, f"{detail}\nEdit the text to start a branch from it.")

    def parts(self) -> list[QWidget]:
        """Return the parts of the left half, from top to bottom."""
        return widgets_in(self._layout)

    def add_below_editor(self, bar: QWidget) -> None:
        """Insert a bar between the editor and the values."""
        self._layout.insertWidget(self._layout.indexOf(self.sets), bar)

    def show_past_values(self, content: Content, values: Values) -> None:
        """Show other values of the same iteration."""
        if self._past_values is None:
            return
        given = dict(values)
        used = [name for name in content_variables(content) if name in given]
        self._past_values.set_variables((*used, *(name for name in given if name not in used)))
        self._past_values.set_values(given)

    def show_set_bar(self) -> None:
        """Show the bar of sets if the draft has variables or values."""
        past = self._past_editor is not None and not self._past_editor.isHidden()
        has_values = self.values.variables() or self.values.unused.names()
        self.sets.setVisible(not past and bool(has_values or self.sets.chips()))
        if self._set_note is not None:
            self._set_note.setVisible(not self.sets.isHidden() and bool(self._set_note.text()))

    def say_of_sets(self, text: str) -> None:
        """Show a message below the bar of sets, "" for none."""
        if self._set_note is not None:
            self._set_note.setText(text)
        elif text:
            from workbench.ui.draft_page.set_note import SetNote

            self._set_note = SetNote(text, self._left)
            self._layout.insertWidget(self._layout.indexOf(self.sets) + 1, self._set_note)
        self.show_set_bar()

    def show_draft(self) -> None:
        """Show the draft in place of a past iteration."""
        self._show(past=False)
        self.viewing.hide()

    def show_lack(self, lack: MissingInput) -> None:
        """Focus and mark what is missing in the draft."""
        if lack.values:
            self.values.want(lack.values)
        else:
            self.editor.want_text()

    @property
    def past_editor(self) -> ContentEditor | None:
        """The read-only editor of past iterations, None until one is shown."""
        return self._past_editor

    @property
    def past_values_panel(self) -> ValuesPanel | None:
        """The values of past iterations, None until one is shown."""
        return self._past_values

    def _show(self, *, past: bool) -> None:
        self.editor.setVisible(not past)
        self.values.setVisible(not past)
        if self._past_editor is not None and self._past_values is not None:
            self._past_editor.setVisible(past)
            self._past_values.setVisible(past)
        self.show_set_bar()
        self.shown_editor_changed.emit(self._past_editor if past else self.editor)

    def _sync_variables(self) -> None:
        self.values.set_variables(self.editor.variables())
        self.show_set_bar()
