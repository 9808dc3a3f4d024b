"""Checks the variables and the template of the draft during typing.

Invariant: problems are reported in words, below the message or example concerned and at the values; marks in the text
only show where. Only the user applies a fix, each as one undoable step. Templates are rendered in the engine's child
process, never here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from workbench.core.blocks import Example
from workbench.core.content import Content
from workbench.core.templates import content_variables
from workbench.core.variables import VariableProblems, amiss, lacking, renamed, renamed_in, repeats
from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.exact_text import units
from workbench.ui.editor.examples import ExampleSection
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.problem_marks import ProblemMarks
from workbench.ui.widgets.idle_queue import IdleQueue
from workbench.usecases.template_check import TemplateMistake, schema_faults

if TYPE_CHECKING:
    from workbench.app.compose.session import ComposeSession
    from workbench.ui.draft_page.view import ComposeView
    from workbench.ui.shell.services import Services

Mistakes = Callable[[Content, Mapping[str, str]], TemplateMistake | None]
"""Renders a template with values and returns its error, None for none; blocks."""

PAUSE_MS = 300
AT_ONCE = 50
"""Messages updated at a time: some ms for labels, and a few for the layout of all messages."""
_MISPLACED = "Only user messages can have files. Change the role back, or remove the files."


class DraftChecks(QObject):
    """Checks the draft a moment after each change."""

    checked = Signal()
    """The draft was checked."""

    def __init__(self, services: Services, compose: ComposeSession, view: ComposeView, mistakes: Mistakes) -> None:
        super().__init__(compose)
        self._services, self._compose, self._view, self._mistakes = services, compose, view, mistakes
        self._editor, self._values = view.editor, view.values
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.check)
        self._asked: tuple[Content, dict[str, str]] | None = None
        self._mistake: TemplateMistake | None = None
        self._found = VariableProblems()
        self._turns = IdleQueue.of_application()
        self._said = 0
        self._schemas: Content | None = Content()
        self._is_judging = False
        self._faults: tuple[str, tuple[str, ...]] = ("", ())
        for signal in (self._editor.edited, self._editor.parts_changed, self._values.edited):
            signal.connect(self._pause.start)
        self._editor.block_made.connect(lambda _: self._pause.start())
        view.draft_set.connect(self._pause.start)
        # Other values are displayed without having been typed.
        compose.sets.listed.connect(self._pause.start)
        compose.values_restored.connect(self._pause.start)
        compose.lanes.changed.connect(self._pause.start)
        self._values.mend_wanted.connect(self.mend)
        self._values.remove_wanted.connect(self._remove)
        self._pause.start()

    @property
    def mistake(self) -> TemplateMistake | None:
        """The error in the template, as of the last check."""
        return self._mistake

    def check(self) -> None:
        """Report the current problems, and check whether the template can be rendered."""
        self._pause.stop()
        content, values = self._editor.content(), dict(self._values.all_values())
        self._found = amiss(content, values)
        self._values.mark(self._found.meant, self._found.unused)
        self._tell_sets(content)
        if content.template == "plain":
            self._asked, self._mistake = None, None
        elif (content, values) != self._asked:
            self._asked = asked = (content, values)
            self._services.tasks.run(lambda: self._mistakes(content, values), lambda found: self._answer(asked, found))
        self._show()
        self.checked.emit()
        self._check_schemas()

    def _tell_sets(self, content: Content) -> None:
        sets = self._compose.sets
        ticked = {one.uid: one for one in sets.sets if one.ticked}
        said = ""
        # Lanes with a pinned version use the variables of that version.
        own = [one for one in self._compose.lanes.shown if one.pinned is None and not one.baseline]
        if ticked and own:
            from workbench.ui.draft_page.set_note import repeated, unfilled  # most prompts have no sets

            values = {uid: dict(one.values) for uid, one in ticked.items()}
            # Missing values of the shown set are reported at its fields.
            lacks = lacking(content, {uid: values[uid] for uid in values if uid != sets.active})
            said = unfilled([(ticked[uid].title, names) for uid, names in lacks.items()])
            if not said and len(ticked) > 1:
                same = repeats(content, list(values.values()))
                said = repeated(same, len(ticked), uses_none=not content_variables(content))
        self._view.say_of_sets(said)

    def mend(self, name: str, meant: str) -> None:
        """Rename a variable everywhere in the draft, as one undoable step."""
        editor = self._editor
        content = editor.content()
        changed = renamed(content, name, meant)
        if changed == content or not editor.can_edit:
            return
        in_values = self._in_values()
        carets = [(block.field, block.field.caret()) for block in editor.blocks if block.field.hasFocus()]
        before = [field.document_text() for field, _ in carets]
        editor.set_content(changed, undoable=True)
        for (field, caret), text in zip(carets, before, strict=True):
            # The renaming may change the length of the text to the left of the caret.
            left = text.encode("utf-16-le")[: 2 * caret].decode("utf-16-le", "ignore")
            field.select(min(units(renamed_in(left, content.template, name, meant)), field.length), 0)
        editor.edited.emit()
        self.check()
        if in_values:
            self._values.focus(meant)

    def _remove(self, names: tuple[str, ...]) -> None:
        in_values = self._in_values()
        bring_back = self._compose.sets.forget(names)
        self.check()
        if in_values and not self._in_values():
            # The button was removed with its row; without this, the focus would move to the other end of the window.
            row = self._values.current()
            if row is not None:
                self._values.focus(row.name)
            else:
                self._editor.focus_first()
        what = f"The value of {names[0]} was removed" if len(names) == 1 else f"{len(names):,} values were removed"
        several = ", from every chosen case." if self._compose.sets.sets else "."
        self._services.notices.offer(what + several, "Undo", bring_back)

    def _in_values(self) -> bool:
        focus = QApplication.focusWidget()
        return focus is not None and self._values.isAncestorOf(focus)

    def _check_schemas(self) -> None:
        parts = self._editor.parts
        asked = Content(output=parts.output, tools=parts.tools)
        if asked == self._schemas:
            # Sections made since then have not received the result.
            self._editor.parts_shown.judge_schemas(*self._faults)
            return
        self._schemas = asked
        # One at a time: a long schema takes seconds, and each pause in typing would add another check.
        if not self._is_judging:
            self._is_judging = True
            work = partial(schema_faults, asked)
            self._services.tasks.run_large(work, lambda found: self._judge(asked, *found), self._not_judged)

    def _not_judged(self, error: Exception) -> None:
        self._is_judging = False
        self._services.tasks.report(error)

    def _judge(self, asked: Content, output: str, tools: tuple[str, ...]) -> None:
        self._is_judging = False
        if asked is self._schemas:
            self._faults = (output, tools)
            self._editor.parts_shown.judge_schemas(output, tools)
        else:
            self._schemas = None
            self._check_schemas()

    def _answer(self, asked: tuple[Content, dict[str, str]], found: TemplateMistake | None) -> None:
        if asked is self._asked:
            self._mistake = found
            self._show()

    def _show(self) -> None:
        self._said = 0
        self._turns.drop(self)
        if self._say_some():
            self._turns.ask(self, self._say_some)

    def _say_some(self) -> bool:
        """Report problems below some messages and examples; return whether there are more."""
        blocks = enumerate(self._editor.blocks, start=1)
        examples = self._editor.parts_shown.example_sections, self._editor.parts.examples
        sections = enumerate(zip(*examples, strict=False), start=1)
        places: list[Callable[[], None]] = [partial(self._tell, number, block) for number, block in blocks]
        places += [partial(self._tell_example, number, *example) for number, example in sections]
        # Each note shown or hidden separately would lay out all messages again.
        with self._editor.together():
            for tell in places[self._said : self._said + AT_ONCE]:
                tell()
        self._said += AT_ONCE
        return self._said < len(places)

    def _tell(self, number: int, block: MessageBlock) -> None:
        wrong = self._wrong("message", number)
        self._mark(block.field, wrong)
        said = self._words(block.field, wrong.sentence if wrong else "")
        misplaced = _MISPLACED if block.extras.attachments and block.role != "user" else ""
        block.warn(" ".join(filter(None, (said, misplaced))))

    def _tell_example(self, number: int, section: ExampleSection, example: Example) -> None:
        wrong = self._wrong("example", number) if example.enabled else None
        for field in section.fields:
            of_user = field is section.fields[0]
            here = wrong is not None and ("(user)" in wrong.sentence) is of_user
            self._mark(field, wrong if here else None)
        words = [self._words(field, "") for field in section.fields]
        section.set_note(" ".join(filter(None, (wrong.sentence if wrong else "", *words))))

    def _mark(self, field: ExactField, wrong: TemplateMistake | None) -> None:
        self._marks(field).show(self._found, self._editor.parts.template, wrong.line if wrong else 0)

    def _wrong(self, kind: str, number: int) -> TemplateMistake | None:
        found = self._mistake
        return found if found is not None and (found.kind, found.number) == (kind, number) else None

    def _words(self, field: ExactField, wrong: str) -> str:
        fixes = self._marks(field).fixes()
        said = [
            f"{{{{{name}}}}} has no value; did you mean {{{{{meant}}}}}? Shift+F10 fixes it." for name, meant in fixes
        ]
        return " ".join(filter(None, (wrong, *said)))

    def _marks(self, field: ExactField) -> ProblemMarks:
        found = field.findChild(ProblemMarks)
        if isinstance(found, ProblemMarks):
            return found
        made = ProblemMarks(field, self._services.theme)
        made.mend_wanted.connect(self.mend)
        return made
