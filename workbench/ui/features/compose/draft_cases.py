"""Connects the cases of the draft with the other views.

Invariant: a case that is changed in Compose is announced once it is stored, and a case that is changed anywhere else is
shown in Compose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.core.text import counted
from workbench.ui.shell.check_events import ShownAnswersChanged
from workbench.ui.shell.events import Changed, DataChanged, StartNotice, WindowCompleted

if TYPE_CHECKING:
    from workbench.app.compose.session import ComposeSession
    from workbench.core.value_kinds import Kinds
    from workbench.store.runs.draft_cases import AdoptedSets
    from workbench.ui.shell.services import Services

_KEY = "adopted"


class CaseEvents(QObject):
    """Follows changes of cases, announces those made here, and says when value sets became cases."""

    def __init__(self, services: Services, compose: ComposeSession) -> None:
        super().__init__(compose)
        self._services, self._compose = services, compose
        self._is_complete = self._is_announcing = False
        self._waiting: AdoptedSets | None = None
        services.events.subscribe(DataChanged, self._data_changed)
        services.events.subscribe(WindowCompleted, lambda _: self._completed())
        compose.cases.written.connect(self._announce)
        compose.cases.adopted.connect(self._adopted)
        compose.sets.changed.connect(self._follow_kinds)
        self._kinds = self._read_kinds()

    def _announce(self) -> None:
        self._is_announcing = True
        self._services.events.publish(DataChanged(Changed.CASES))
        self._is_announcing = False

    def _data_changed(self, event: DataChanged) -> None:
        if event.what & Changed.CASES and not self._is_announcing:
            self._compose.cases.follow()

    def _follow_kinds(self) -> None:
        """Let answers be checked again whose values are something else now, such as JSON instead of text."""
        before, self._kinds = self._kinds, self._read_kinds()
        if self._kinds != before:
            self._services.events.publish(ShownAnswersChanged())

    def _read_kinds(self) -> dict[str, Kinds]:
        return {one.uid: one.kinds for one in self._compose.sets.sets if one.kinds}

    def _completed(self) -> None:
        self._is_complete = True
        if (adopted := self._waiting) is not None:
            self._waiting = None
            said = StartNotice(_KEY, _said(adopted), "Undo", lambda: self._give_back(adopted), lambda: None)
            self._services.events.publish(said)

    def _adopted(self, adopted: AdoptedSets) -> None:
        if not self._is_complete:
            self._waiting = adopted
            return
        pending = self._compose.saver
        self._services.notices.offer(
            _said(adopted), "Undo", lambda: self._give_back(adopted), lambda: not pending.is_saved
        )

    def _give_back(self, adopted: AdoptedSets) -> None:
        services, compose = self._services, self._compose

        def done(is_undone: bool) -> None:
            if not is_undone:
                services.notices.refused(
                    "The draft was changed since, so the cases stay. Delete those you do not need in the list of cases."
                )
                return
            if compose.prompt_uid == adopted.prompt_uid:
                compose.cases.forget(adopted.created)
            services.events.publish(DataChanged(Changed.CASES))
            services.notices.quiet(
                "sets", "These values are only in the draft again. Your next change in Compose makes them cases."
            )

        services.notices.withdraw(_KEY)
        services.tasks.watch(services.backend.store.packs.return_value_sets(adopted), done)


def _said(adopted: AdoptedSets) -> str:
    is_one = adopted.count == 1
    return f"{counted(adopted.count, 'value set')} {'is a case' if is_one else 'are cases'} of this prompt now."
