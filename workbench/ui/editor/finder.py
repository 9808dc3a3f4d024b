"""Find and replace in all texts of the shown editor: messages, examples, tools, output format.

Invariant: searches run off the UI thread, one at a time, and marks are shown only for hits in the current text; a
replacement of all hits is one undo step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.core.content import Content
from workbench.core.content_texts import place_of, texts_of, with_texts
from workbench.core.find_replace import MOST, FindError, FindHit, FindQuery, find, replace_all, replacement
from workbench.ui.editor.editor import ContentEditor
from workbench.ui.editor.exact_text import to_document, units
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.find_bar import FindBar
from workbench.ui.editor.hits import HitMarks
from workbench.ui.widgets.theme import Theme

_DELAY_MS = 60


class FindWork(Protocol):
    """Runs the first callable off the UI thread, then one of the others on it."""

    def __call__(
        self, work: Callable[[], Any], then: Callable[[Any], None], on_error: Callable[[Exception], None], /
    ) -> object: ...


class PromptFinder(QObject):
    """Connects the bar with the shown editor."""

    toggled = Signal()
    """The bar was opened or closed."""

    def __init__(self, bar: FindBar, editor: ContentEditor, theme: Theme, work: FindWork) -> None:
        super().__init__(bar)
        self._theme = theme
        self._bar, self._editor, self._work = bar, editor, work
        self._hits: tuple[FindHit, ...] = ()
        self._current = -1
        self._searched: tuple[Content, FindQuery] | None = None
        self._busy = self._again = False
        self._goes = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self._search)
        self._known: list[ContentEditor] = []
        bar.changed.connect(self._wish_changed)
        bar.step.connect(self.step)
        bar.replace_wanted.connect(self.replace)
        bar.replace_all_wanted.connect(self.replace_all)
        bar.closed.connect(self.close)
        self.use(editor)

    @property
    def is_open(self) -> bool:
        """Whether the bar is shown."""
        return not self._bar.isHidden()

    def use(self, editor: ContentEditor) -> None:
        """Search in `editor` from now on."""
        if editor not in self._known:
            self._known.append(editor)
            editor.edited.connect(self.text_changed)
            editor.block_made.connect(lambda _: self.text_changed())
        if editor is not self._editor:
            self._unmark()
            self._editor = editor
            self._bar.allow_replacing(editor.can_edit)
        # The content may have changed since it was searched.
        self.text_changed()

    def open(self, *, replacing: bool) -> None:
        """Show the bar and search for the selection."""
        field = next((field for field in self._fields() if field.hasFocus()), None)
        text = "" if field is None else field.textCursor().selectedText().replace("\u2029", "\n")
        self._bar.open(text, replacing=replacing and self._editor.can_edit)
        self._timer.start()
        self.toggled.emit()

    def close(self) -> bool:
        """Hide the bar and focus the text; False if it was hidden already."""
        if not self.is_open:
            return False
        self._timer.stop()
        self._bar.hide()
        self._unmark()
        self._searched = None
        field = self._field(self._hits[self._current].text) if 0 <= self._current < len(self._hits) else None
        if field is not None:
            field.setFocus()
        else:
            self._editor.focus_first()
        self.toggled.emit()
        return True

    def step(self, direction: int) -> None:
        """Go to the next hit (1) or the previous one (-1); wraps around."""
        if not self.is_open:
            self.open(replacing=False)
        elif self._hits:
            self._current = (self._current + direction) % len(self._hits)
            self._reveal()

    def replace(self) -> None:
        """Replace the current hit and go to the next one."""
        if not (0 <= self._current < len(self._hits)) or not self._is_fresh() or not self._editor.can_edit:
            return
        hit, content = self._hits[self._current], self._editor.content()
        text = texts_of(content)[hit.text]
        try:
            by = replacement(text, hit, self._bar.query(), self._bar.by())
        except FindError as error:
            self._bar.say(0, 0, problem=str(error))
            return
        start, end = _span(text, hit)
        field = self._field(hit.text)
        if field is not None:
            self._goes = True
            field.replace(start, end - start, to_document(by), quiet=False)

    def replace_all(self) -> None:
        """Replace all hits at once."""
        content, query, by = self._editor.content(), self._bar.query(), self._bar.by()
        texts = texts_of(content)

        def put(done: tuple[tuple[str, ...], int]) -> None:
            made, count = done
            if not count or self._editor.content() != content or not self._editor.can_edit:
                return
            self._editor.set_content(with_texts(content, made), undoable=True)
            self._editor.edited.emit()

        self._work(lambda: replace_all(texts, query, by), put, self._failed)

    def text_changed(self) -> None:
        """Search again after the text changed."""
        if self.is_open:
            self._timer.start()

    def _wish_changed(self) -> None:
        self._goes, self._current = True, -1
        self._timer.start()

    def _search(self) -> None:
        """Search now, or after the running search."""
        if self._busy:
            self._again = True
            return
        content, query = self._editor.content(), self._bar.query()
        texts = texts_of(content)
        self._busy = True

        def show(hits: tuple[FindHit, ...]) -> None:
            self._searched = (content, query)
            self._show(hits)
            self._ended()

        def failed(error: Exception) -> None:
            self._searched = None
            self._failed(error)
            self._ended()

        self._work(lambda: find(texts, query), show, failed)

    def _ended(self) -> None:
        self._busy = False
        if self._again:
            self._again = False
            self._search()

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, FindError):
            raise error
        self._hits, self._current = (), -1
        self._unmark()
        self._bar.say(0, 0, problem=str(error))

    def _show(self, hits: tuple[FindHit, ...]) -> None:
        if not self.is_open:
            return
        self._hits = hits
        self._current = min(self._current, len(hits) - 1)
        if self._goes and hits:
            self._current = max(self._current, 0)
            self._reveal()
        self._goes = False
        self._mark()

    def _reveal(self) -> None:
        if not self._is_fresh():
            return
        hit = self._hits[self._current]
        content = self._editor.content()
        start, end = _span(texts_of(content)[hit.text], hit)
        place = place_of(content, hit.text)
        field = self._field(hit.text)
        if place.is_message:
            self._editor.show_part(place.number, start, end - start)
        elif field is not None:
            field.select(start, end - start)
            field.ensureCursorVisible()
            self._editor.parts_shown.reveal(field)
        else:
            # Its section has not been created yet; sections are created a few at a time.
            self._goes = True
            self._timer.start()
        self._mark()

    def _mark(self) -> None:
        self._bar.say(self._current + 1, len(self._hits), more=len(self._hits) == MOST)
        if not self._is_fresh():
            return
        texts = texts_of(self._editor.content())
        by_text: dict[int, list[FindHit]] = {}
        for hit in self._hits:
            by_text.setdefault(hit.text, []).append(hit)
        current = self._hits[self._current] if 0 <= self._current < len(self._hits) else None
        parts = tuple(self._editor.parts_shown.fields())
        for index, text in enumerate(texts):
            mine = by_text.get(index, [])
            field = self._field(index, parts)
            if field is not None and (marks := self._marks(field, make=bool(mine))) is not None:
                marks.show(_spans(text, mine) if mine else (), mine.index(current) if current in mine else -1)

    def _unmark(self) -> None:
        for field in self._fields():
            if (marks := self._marks(field, make=False)) is not None:
                marks.show(())

    def _is_fresh(self) -> bool:
        """Whether the hits match the current text and query."""
        return self._searched == (self._editor.content(), self._bar.query())

    def _field(self, number: int, parts: Sequence[ExactField] | None = None) -> ExactField | None:
        """Return the field that shows a text, None if there is none yet. `parts`: the fields of parts, if known."""
        place, blocks = place_of(self._editor.content(), number), self._editor.blocks
        if place.is_message:
            return blocks[place.number].field if place.number < len(blocks) else None
        parts = tuple(self._editor.parts_shown.fields()) if parts is None else parts
        return parts[place.number] if place.number < len(parts) else None

    def _fields(self) -> Iterator[ExactField]:
        yield from (block.field for block in self._editor.blocks)
        yield from self._editor.parts_shown.fields()

    def _marks(self, field: ExactField, *, make: bool) -> HitMarks | None:
        marks = next((layer for layer in field.layers if isinstance(layer, HitMarks)), None)
        if marks is None and make:
            marks = HitMarks(field, self._theme)
            field.layers.append(marks)
        return marks


def _span(text: str, hit: FindHit) -> tuple[int, int]:
    return _spans(text, [hit])[0]


def _spans(text: str, hits: list[FindHit]) -> tuple[tuple[int, int], ...]:
    """Return the hits in UTF-16 units of the document that holds `text`."""
    if text.isascii() and "\r" not in text:
        return tuple((hit.start, hit.end) for hit in hits)
    found, seen, position = [], 0, 0
    for hit in hits:
        position += units(to_document(text[seen : hit.start]))
        end = position + units(to_document(text[hit.start : hit.end]))
        found.append((position, end))
        seen, position = hit.end, end
    return tuple(found)
