"""The proposal of a model: the streaming answer, then its changes, each of which can be accepted or rejected.

Invariant: nothing changes before `accepted`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.core.improvement import Proposal, ProposalSlot
from workbench.core.text import opening_words, plural
from workbench.core.visible_text import visible_name
from workbench.ui.proposals.answer_pane import AnswerPane
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.diff.text import DiffRun, DiffView, runs_of
from workbench.ui.widgets.diff.wording import changes
from workbench.ui.widgets.small_controls import quiet_button, safe_tip
from workbench.ui.widgets.theme import Theme, set_role

_MOST_NAMES = 6
_REMARK = 220
_INTRODUCTION = (
    "The model gets this prompt and proposes a better one. Take its changes one by one or all "
    "at once. Your prompt does not change until you accept."
)
_SAME = "The model proposes no changes: its text is identical to the prompt."


def proposal_runs(proposal: Proposal, accepted: Collection[int]) -> Iterator[DiffRun]:
    """Yield the runs of a proposal: each message below its title; rejected changes show the old text."""
    for number, slot in enumerate(proposal.slots, start=1):
        yield DiffRun("heading", f"Message {number} · {slot.role} · {_state(slot)}\n")
        if not slot.diff.hunks:
            continue
        for run in runs_of(slot.diff, slot.first):
            left = run.change >= 0 and run.change not in accepted
            kind = {"removed": "same", "added": "declined"}.get(run.kind, run.kind) if left else run.kind
            yield DiffRun(kind, run.text, run.change)
        yield DiffRun("same", "\n\n")


def _state(slot: ProposalSlot) -> str:
    return "new" if slot.index is None else "changed" if slot.diff.hunks else "unchanged"


class ProposalPane(AnswerPane):
    """`accepted(numbers)` is emitted with the changes to apply, at least one."""

    accepted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.proposal: Proposal | None = None
        self._accepted: set[int] = set()
        self._named_for: set[int] | None = None
        self.view = DiffView(theme, mono=True)
        # Align the text with the other widgets.
        self.view.document().setDocumentMargin(2)
        self.stack.addWidget(self.view)
        self.remark, self.names = label("", "small"), label("", "error")
        self.count = QLabel()
        set_role(self.count, "small")
        self.take = QCheckBox("Take this change")
        self.take.setToolTip(safe_tip("Take or leave the current change (F8)"))
        self.all = quiet_button("Leave all", "Take or leave all changes")
        self.previous = quiet_button("↑", "Previous change (Shift+F7)")
        self.next = quiet_button("↓", "Next change (F7)")
        self.whole = quiet_button("Answer", "Show what the model wrote, or the changes again")
        self._build()
        self._connect()
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show what to expect here."""
        self.show_answer("")
        self.raw.setPlaceholderText(_INTRODUCTION)

    def show_proposal(self, proposal: Proposal, note: str = "") -> None:
        """Show the changes, initially all selected."""
        self._set(proposal)
        self._accepted = set(range(proposal.count))
        notes = [note] if note else []
        if not proposal.is_whole:
            notes.append("The answer ends in the middle of a message. Accepting all changes would cut off that text.")
        self._say(self.trouble, " ".join(notes))
        self._say(self.remark, visible_name(opening_words(proposal.remark, _REMARK)))
        self.remark.setToolTip(safe_tip(proposal.remark))
        self.stack.setCurrentWidget(self.view)
        self._show()
        if proposal.count:
            self.view.next_change()
        else:
            self._say(self.remark, _SAME)

    @property
    def chosen(self) -> frozenset[int]:
        """The selected changes."""
        return frozenset(self._accepted)

    def _forget_proposal(self) -> None:
        self._set(None)

    def _set(self, proposal: Proposal | None) -> None:
        self.proposal, self._named_for = proposal, None
        self._accepted = set()
        self.stack.setCurrentWidget(self.raw)
        for said in (self.trouble, self.remark, self.names):
            self._say(said, "")
        self._follow()

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.addWidget(self.count, 1)
        for widget in (self.take, self.all, self.previous, self.next):
            bar.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.addWidget(self.whole)
        buttons.addStretch(1)
        buttons.addWidget(self.close_)
        buttons.addWidget(self.accept)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.status)
        layout.addWidget(self.trouble)
        layout.addWidget(self.remark)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.names)
        layout.addLayout(bar)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.take.clicked.connect(self._toggle)
        self.all.clicked.connect(self._toggle_all)
        self.next.clicked.connect(lambda: self._step(1))
        self.previous.clicked.connect(lambda: self._step(-1))
        self.whole.clicked.connect(self._turn)
        self.accept.clicked.connect(lambda: self.accepted.emit(self.chosen))
        self.view.current_changed.connect(lambda *_: self._follow())
        for keys, act in (
            ("F7", lambda: self._step(1)),
            ("Shift+F7", lambda: self._step(-1)),
            ("F8", self.take.click),
        ):
            QShortcut(QKeySequence(keys), self.window(), act)

    def _step(self, by: int) -> None:
        if self.proposal is not None:
            self.stack.setCurrentWidget(self.view)
            self.view.next_change(by)

    def _turn(self) -> None:
        shown = self.stack.currentWidget() is self.view
        self.stack.setCurrentWidget(self.raw if shown else self.view)
        self._follow()

    def _toggle(self) -> None:
        if self.view.current >= 0:
            self._accepted ^= {self.view.current}
            self._show()

    def _toggle_all(self) -> None:
        if self.proposal is not None:
            self._accepted = set() if self._accepted else set(range(self.proposal.count))
            self._show()

    def _show(self) -> None:
        if self.proposal is None:
            return
        current, bar = self.view.current, self.view.verticalScrollBar()
        place = bar.value()
        self.view.show_runs(proposal_runs(self.proposal, self._accepted))
        if current >= 0:
            self.view.go_to(current)
            bar.setValue(place)
        self._follow()

    def _follow(self) -> None:
        """Update the position, and the labels that tell the effect of accepting."""
        proposal = self.proposal
        count = 0 if proposal is None else proposal.count
        for widget in (self.take, self.all, self.previous, self.next, self.count):
            widget.setVisible(count > 0)
        self.whole.setVisible(proposal is not None)
        self.whole.setText("Answer" if self.stack.currentWidget() is self.view else "Changes")
        at = self.view.current if count else -1
        self.take.setEnabled(at >= 0)
        self.take.setChecked(at in self._accepted)
        self.all.setText("Leave all" if self._accepted else "Take all")
        self.count.setText(f"{at + 1} of {changes(count)}" if at >= 0 else changes(count))
        taken = len(self._accepted)
        self.accept.setVisible(count > 0)
        self.accept.setEnabled(taken > 0)
        self.accept.setText(f"Accept {taken} of {count}" if taken < count else f"Accept {_all(count)}")
        set_role(self.accept, "primary" if count else "")
        self.offered.emit(count > 0)
        if proposal is not None and self._named_for != self._accepted:
            # Finding variables in a long prompt is slow, and not needed when only the current change moves.
            self._named_for = set(self._accepted)
            lost, brought = proposal.variables(self._accepted)
            self._say(self.names, " ".join(filter(None, (_named("Removes", lost), _named("Adds", brought)))))


def _all(count: int) -> str:
    return "the change" if count == 1 else f"all {changes(count)}"


def _named(verb: str, names: tuple[str, ...]) -> str:
    if not names:
        return ""
    listed = ", ".join(f"{{{{{name}}}}}" for name in names[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"{verb} the {plural(len(names), 'variable')} {listed}{more}."
