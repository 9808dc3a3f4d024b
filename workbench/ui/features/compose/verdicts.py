"""Verdicts on the shown run, each reported with an offer to undo.

Invariant: a notice about a value set disappears with that set and with the view; names that were hidden when a verdict
was given are not in its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject

from workbench.core.lanes import short_model
from workbench.core.version_name import iteration_name
from workbench.ui.shell.events import UndoStateChanged, ViewShown

if TYPE_CHECKING:
    from workbench.app.compose.run_controller import RunController
    from workbench.app.compose.verdict_recorder import GivenVerdict
    from workbench.app.lanes.lane_state import LaneHead
    from workbench.app.verdict_keys import VerdictKey
    from workbench.ui.features.compose.blind_runs import BlindRuns
    from workbench.ui.features.compose.presenter import ComposePresenter
    from workbench.ui.shell.compose_room import ComposeOwner
    from workbench.ui.shell.services import Services

KEY = "verdict"
"""The key of the notice, and the action of its button."""
_OF_ANSWERS = ("spread", "star")
"""Keys of other notices about the shown answers."""
_LONGEST_NAME = 60
"""Characters of a lane's name that leave room for the rest of the notice."""


class VerdictActions:
    """Implements verdicts on the shown answers."""

    def __init__(self, stage: RunController, presenter: ComposePresenter) -> None:
        self._stage, self._presenter = stage, presenter

    def press(self, key: VerdictKey) -> bool:
        """Give the verdict of a key; return False if it has no meaning now."""
        if key.lane:
            return self.mark_number(key.lane)
        self.judge("tie" if key.kind == "tie" else "all_bad")
        return True

    def judge(self, kind: Literal["tie", "all_bad"]) -> None:
        """Give a verdict that names no lane."""
        self._stage.judging.judge(kind, self._presenter.slots())

    def mark(self, slot: str) -> None:
        """Make a lane the winner, or withdraw that."""
        self._stage.judging.mark(slot, self._presenter.slots())

    def mark_focused(self) -> None:
        """Make the focused lane the winner, or withdraw that."""
        self.mark(self._presenter.focused())

    def mark_number(self, number: int) -> bool:
        """Mark a lane by its number on the screen, from 1; return False if there is no such lane."""
        slots = self._presenter.slots()
        if not 1 <= number <= len(slots):
            return False
        self.mark(slots[number - 1])
        return True

    def reveal(self) -> None:
        """Reveal the names without a verdict."""
        self._stage.reveal()


class VerdictNotices(QObject):
    """Shows notices about verdicts given in Compose."""

    def __init__(
        self, services: Services, owner: ComposeOwner, presenter: ComposePresenter, blindness: BlindRuns
    ) -> None:
        super().__init__(owner.compose)
        self._services, self._presenter, self._blindness = services, presenter, blindness
        self._stage, self._bar = owner.compose.stage, owner.bar
        self._given: GivenVerdict | None = None
        self._refusal = ""
        stage = self._stage
        self._at = (stage.shown.uid, stage.shown.at)
        stage.judging.name_of = self._name_of
        stage.judging.given.connect(self._say)
        stage.judging.lost.connect(lambda _: self._clear())
        stage.judging.refused.connect(self._refuse)
        stage.paged.connect(self._follow)
        owner.compose.prompt_changed.connect(lambda _: self._clear())
        owner.compose.run_started.connect(lambda *_: self._clear())
        # Judging in another view may present pairs of the answers that the notice names.
        services.events.subscribe(ViewShown, lambda _: self._clear())
        self._bar.action_clicked.connect(self._act)

    def _name_of(self, slot: str) -> str:
        return next((lane_name(head) for head in self._presenter.heads if head.slot == slot), "")

    def _say(self, given: GivenVerdict) -> None:
        self._given = given
        shown = self._stage.shown
        sentence = sentence_of(given)
        if given.run_uid != shown.uid:
            sentence = f"{iteration_name(given.iteration)}: {sentence}"
        elif given.value_set != shown.at:
            sentence = f"{shown.sets[given.value_set].name or f'Case {given.value_set + 1}'}: {sentence}"
        elif given.was_blind and given.change == "given" and (told := self._blindness.told):
            sentence = f"{sentence}. {told}"
        label = "Redo" if given.change == "undone" else "Undo"
        self._bar.show_brief(KEY, sentence, action=KEY, label=label)
        self._services.events.publish(UndoStateChanged())

    def _act(self, action: str) -> None:
        given, judging = self._given, self._stage.judging
        if action != KEY or given is None:
            return
        self._clear()
        if judging.takes_back(given):
            judging.undo()
        elif judging.gives_again(given):
            judging.redo()

    def _refuse(self, sentence: str) -> None:
        self._refusal = sentence
        self._services.notices.refused(sentence)

    def _follow(self) -> None:
        """Remove notices about another run or value set than the shown one."""
        shown = self._stage.shown
        at, before = (shown.uid, shown.at), self._at
        self._at = at
        if at == before:
            return
        self._clear()
        notice = self._bar
        for key in _OF_ANSWERS:
            notice.clear(key)
        if self._refusal and notice.standing_key == "refusal" and notice.standing_text == self._refusal:
            notice.clear("refusal")
        self._refusal = ""

    def _clear(self) -> None:
        self._given = None
        self._bar.clear(KEY)


def lane_name(head: LaneHead) -> str:
    """Return the displayed name of a lane in a sentence: its label, else its number on the screen."""
    if head.title == short_model(head.model):
        return f"Lane {head.number}"
    half = _LONGEST_NAME // 2
    return head.title if len(head.title) <= _LONGEST_NAME else f"{head.title[:half]}…{head.title[-half:]}"


def sentence_of(given: GivenVerdict) -> str:
    """Return the text of a notice; for an undone verdict, the text of the original verdict."""
    if given.change == "undone":
        return f"Undone: {_words(given.before.kind, given.verdict.kind, given.winner)}"
    return _words(given.verdict.kind, given.before.kind, given.winner)


def _words(kind: str, before: str, winner: str) -> str:
    if kind == "winner":
        return f"{winner} marked winner"
    if kind == "tie":
        return "Marked as a tie"
    if kind == "all_bad":
        return "All marked bad"
    taken = {"winner": f"{winner} is no longer the winner", "tie": "No longer a tie", "all_bad": "No longer all bad"}
    return taken.get(before, "Verdict taken back")
