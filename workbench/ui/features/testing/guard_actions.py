"""Adds, runs, opens and removes guard sets.

Invariant: the chips, the page and the menu show the state of a `GuardController`; a run above the limits of this
history asks first.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.guards import GuardController
from workbench.app.testing.start_estimate import ShownEstimate
from workbench.app.testing.words import limit_words
from workbench.core.text import counted
from workbench.core.visible_text import visible_name
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.features.testing.guard_page import guard_title
from workbench.ui.features.testing.start_questions import ask_about_age
from workbench.ui.shell.events import Changed, DataChanged
from workbench.usecases.problems import problem_of
from workbench.usecases.testing.guards import GuardBook, GuardOffer

if TYPE_CHECKING:
    from workbench.ui.features.testing.view import TestView
    from workbench.ui.shell.services import Services


class GuardActions:
    """What can be done with the guards of the open prompt. `key` is that of notices."""

    def __init__(self, services: Services, suites: SuiteController, view: TestView, key: str) -> None:
        self._services, self._suites, self._view, self._key = services, suites, view, key
        backend = services.backend
        book = GuardBook(backend.store, lambda: backend.tests, new_uid, utc_now)
        self.guards = GuardController(book, lambda: backend.tests, services.tasks, suites)
        self.guards.refused.connect(self._failed)
        self.guards.listed.connect(self._show_chips)
        self.guards.changed.connect(self._show_page)
        suites.changed.connect(self._follow)
        suites.started.connect(lambda _: self.guards.show(""))
        page, chips = view.guard, view.guard_chips
        page.run_clicked.connect(self.run)
        page.stop_clicked.connect(self.guards.stop)
        page.open_clicked.connect(self.open_prompt)
        page.remove_clicked.connect(self.remove)
        chips.guard_chosen.connect(self.guards.show)
        chips.guards_wanted.connect(self.open_menu)
        view.head.set_chosen.connect(lambda _: self.guards.show(""))

    def open_menu(self) -> None:
        """Offer what can be added as a guard."""
        if self._services.backend.store.read_only:
            self._services.notices.refused("The history is read-only, so no guard set can be added.")
        elif self._suites.overview is None:
            self._services.notices.refused("Open a prompt to add a guard set to its tests.")
        else:
            self.guards.offer(self._show_menu)

    def prepare(self) -> None:
        """Show the guard sets that lack answers one after another, or offer what can be one."""

        def begin(every: tuple[str, ...], unasked: tuple[str, ...]) -> None:
            if every:
                self._prepare(unasked or every, 0, is_asked=not unasked)
            else:
                self.open_menu()

        self.guards.find_open(begin)

    def _prepare(self, uids: tuple[str, ...], at: int, *, is_asked: bool) -> None:
        self.show(uids[at])
        said = f"Guard set {at + 1:,} of {len(uids):,}: "
        said += "every answer is here." if is_asked else "run it on these models."
        notices = self._services.notices
        if at + 1 < len(uids):
            next_one = partial(self._prepare, uids, at + 1, is_asked=is_asked)
            notices.quiet(self._key, said, label="Next guard set", act=next_one)
        else:
            notices.quiet(self._key, said, label="Add guard set", act=self.open_menu)

    def show(self, uid: str) -> None:
        """Show a guard, once it is listed."""
        self._wanted = uid
        self._show_chips()

    def run(self) -> None:
        """Ask the open cells of the shown guard."""
        shown = self.guards.shown
        if shown is None:
            return
        estimate = shown.estimate
        reuse, renew = partial(self._run, estimate), partial(self._run, estimate.renewed, renew=True)
        if estimate.old and not estimate.new:
            # The button says so.
            renew()
        elif not ask_about_age(self._view.confirm, estimate, reuse, renew):
            self._run(estimate)

    def _run(self, estimate: ShownEstimate, *, renew: bool = False) -> None:
        question = limit_words(self._services.session.limits(), estimate)
        start = partial(self.guards.start, renew=renew)
        if question:
            self._view.confirm.ask(question, f"Run {counted(estimate.new, 'call')}", start, no="Cancel")
        else:
            start()

    def open_prompt(self) -> None:
        """Open the prompt of the shown guard in Test."""
        if (shown := self.guards.shown) is not None:
            self.guards.show("")
            self._services.navigator.open_prompt(shown.entry.uid)
            self._services.navigator.show("test")

    def remove(self) -> None:
        """Remove the shown guard; its prompt and answers stay."""
        if (shown := self.guards.shown) is None:
            return

        def removed(before: tuple[str, ...]) -> None:
            self._suites.refresh()
            self._services.notices.brief(
                self._key,
                f"“{guard_title(shown.entry)}” is removed; its prompt and answers stay.",
                "Undo",
                lambda: self.guards.restore(before, self._suites.refresh),
            )

        self.guards.show("")
        self.guards.remove(shown.entry.uid, removed)

    def close(self) -> None:
        """Stop asking."""
        self.guards.close()

    def _show_menu(self, offers: tuple[GuardOffer, ...]) -> None:
        menu = QMenu(self._services.dialogs.widget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        was_file = False
        for offer in offers:
            if was_file and not offer.file:
                menu.addSeparator()
            action = menu.addAction(visible_name(offer.name).replace("&", "&&"), partial(self._add, offer))
            action.setToolTip(offer.description)
            was_file = bool(offer.file)
        if not offers:
            menu.addAction("No other prompt has cases").setEnabled(False)
        button = self._view.guard_chips.add_guard
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _add(self, offer: GuardOffer) -> None:
        def added(uid: str) -> None:
            if offer.file:
                # It is a new prompt.
                self._services.events.publish(DataChanged(Changed.PROMPTS))
            self._suites.refresh()
            self._wanted = uid

        self.guards.add(offer, added)

    _wanted = ""
    """The guard that is shown once it is listed."""

    def _follow(self) -> None:
        overview = self._suites.overview
        is_read = overview is not None and overview.prompt_uid == self._suites.prompt_uid
        self.guards.follow(self._suites.prompt_uid, overview.settings if overview is not None and is_read else None)
        self._show_chips()

    def _show_chips(self) -> None:
        wanted, entries = self._wanted, self.guards.entries
        if wanted and any(one.uid == wanted for one in entries):
            self._wanted = ""
            self.guards.show(wanted)
            return
        shown = self.guards.shown
        overview = self._suites.overview
        can_add = overview is not None and bool(overview.columns) and any(one.cases for one in overview.sets)
        self._view.guard_chips.show_guards(entries, "" if shown is None else shown.entry.uid, can_add=can_add)
        self._view.show_guard(shown, can_write=not self._services.backend.store.read_only)

    def _show_page(self) -> None:
        self._view.show_guard(self.guards.shown, can_write=not self._services.backend.store.read_only)

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        self._services.notices.problem(problem.sentence, problem.detail)
