"""Acts on value sets in the real Compose view, with stand-ins for everything else that the window gives."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QPushButton

from tests.ui.features.standins import StandInNotices, StandInSession, standins, wait_for
from workbench.app.shown_run import ShownRun
from workbench.app.stage import Stage
from workbench.app.value_sets import ValueSets
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.runs import RunSet
from workbench.core.timeline import Detail
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.compose.rooms import SETS, SetsOwner
from workbench.ui.compose.view import ComposeView
from workbench.ui.features.compose import FEATURE
from workbench.ui.features.compose.controller import ComposeController
from workbench.ui.features.compose.large import LargeValue
from workbench.ui.features.compose.rows import RowsDialog
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.rooms import LanesWidget
from workbench.ui.theme import Theme
from workbench.usecases.problems import MissingInput, Problem


class StandInStage(QObject):
    """A run through two sets."""

    paged = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.shown = ShownRun()

    def page(self, at: int) -> None:
        self.shown = self.shown.paged(at)
        self.paged.emit()

    def sets_done(self) -> int:
        return 1


class StandInCompose:
    """Shows a draft with sets, and a run."""

    viewing: Detail | None = None

    def __init__(self, view: ComposeView) -> None:
        self.sets = ValueSets(view.values.values, new_uid)
        self.told = StandInStage()

    @property
    def stage(self) -> Stage:
        return cast(Stage, self.told)


class StandInNotice:
    """One notice that stands."""

    standing_key, standing_text = "refusal", "Give question a value."

    def clear(self, key: str) -> None:
        self.standing_key = self.standing_text = ""


def main(folder: Path) -> None:
    """Print which sets there were after each command, and what was shown."""
    app = QApplication([])
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    session, theme, notice = StandInSession(), Theme(app, "light"), StandInNotice()
    services = standins(store, theme, session=session)
    notices = services.notices
    assert isinstance(notices, StandInNotices)
    view = ComposeView(theme)
    view.add_lanes(LanesWidget())
    view.set_draft(Content((Message("user", "{{question}}"),)), (("question", "Where?"),))
    shown = StandInCompose(view)
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    part = host.part(SETS, SetsOwner(shown, view, notice))
    controller = host.controller("compose")
    assert isinstance(controller, ComposeController)

    def sets() -> list[list[object]]:
        return [[one.name, one.uid == shown.sets.active, one.ticked] for one in shown.sets.sets]

    steps = {}
    for command in ("add_set", "duplicate_set", "tick_set", "previous_set", "remove_set"):
        actions[command]()
        steps[command] = sets()
    notices.offered()
    steps["undone"] = sets()
    actions["large_value"]()
    (large,) = services.dialogs.widget().findChildren(LargeValue)
    large.field.replace(0, 0, "So: ", quiet=False)
    large.reject()
    actions["paste_sets"]()
    (rows,) = services.dialogs.widget().findChildren(RowsDialog)
    rows.begin("name\tquestion\nthird\tWhy?\n")
    take = next(button for button in rows.findChildren(QPushButton) if button.text().startswith("Make"))
    wait_for(take.isEnabled)
    take.click()
    texts = [action.text() for action in controller.sets.menu(shown.sets.active).actions() if action.text()]
    first, second = shown.sets.sets[:2]
    shown.told.shown = ShownRun("r", sets=(RunSet(first.uid, "one", ()), RunSet(second.uid, "two", ())))
    part.show_page()
    pages = [shown.told.shown.at]
    actions["next_set"]()
    pages.append(shown.told.shown.at)
    session.shown = Draft(Content((Message("user", "{{question}}"),)))
    part.show_lack(Problem("Give question a value.", lack=MissingInput(("question",))))
    part.end_lack()
    stood = notice.standing_text
    session.shown = Draft(Content((Message("user", "{{question}}"),)), values=(("question", "Where?"),))
    part.end_lack()
    told = {
        "commands": sorted(actions),
        "steps": steps,
        "value": view.values.values(),
        "sets": [one.name for one in shown.sets.sets],
        "menu": texts,
        "pages": pages,
        "lack": [stood, notice.standing_text],
        "said": notices.said,
        "windows": [name for name in sys.modules if name in ("workbench.ui.window", "workbench.ui.building")],
    }
    host.stop()
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
