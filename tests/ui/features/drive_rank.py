"""Ranks, and judges pairs by keys, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.ui.features.standins import (
    StandInEvents,
    StandInNavigator,
    StandInNotices,
    StandInSession,
    standins,
    window_modules,
)
from tests.usecases.judged_history import history, runs
from workbench.app.verdict_keys import VerdictKey
from workbench.ui.features.rank import FEATURE
from workbench.ui.features.rank.view import RankView
from workbench.ui.shell.events import CommandStateChanged, FocusPlaced, HistoryChanged, PromptOpened, SideBarWanted
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.views import ViewPage
from workbench.ui.widgets.theme import Theme


def main(folder: Path) -> None:
    """Print the ranking, the verdicts, the notices and the stored rows."""
    app = QApplication([])
    store, prompt = history(folder / "history.db")
    runs(store, prompt, 12, judged=False)
    session = StandInSession(prompt)
    services = standins(store, Theme(app, "light"), session=session)
    navigator, events, notices = services.navigator, services.events, services.notices
    assert isinstance(navigator, StandInNavigator)
    assert isinstance(events, StandInEvents)
    assert isinstance(notices, StandInNotices)
    host = FeatureHost((FEATURE,), services)
    actions, navigator.places = host.actions(), host.places()
    told: dict[str, object] = {
        "commands": sorted(actions),
        "tabs": {key: place.title for key, place in navigator.places.items()},
        "before": host.verdicts("rank") is None,
    }
    actions["view_rank"]()
    view = navigator.pages["rank"]
    verdicts = host.verdicts("rank")
    assert isinstance(view, RankView)
    assert isinstance(view, ViewPage)
    assert verdicts is not None
    told["empty"] = view.instead.text()
    told["idle"] = verdicts.verdict_key(VerdictKey(1))
    actions["judge"]()
    told["judging"] = [verdicts.is_judging, verdicts.can_undo]
    told["keys"] = [verdicts.verdict_key(key) for key in (VerdictKey(1), VerdictKey(kind="tie"), VerdictKey(3))]
    verdicts.undo()
    told["redoes"] = verdicts.can_redo
    notices.offered()
    told["progress"] = view.judging.progress.full()
    told["escaped"] = [view.escape(), view.escape(), verdicts.is_judging]
    told["beside"] = [event.is_shown for event in events.published if isinstance(event, SideBarWanted)]
    told["placed"] = sum(isinstance(event, FocusPlaced) for event in events.published)
    told["enabled"] = any(isinstance(event, CommandStateChanged) for event in events.published)
    events.publish(HistoryChanged())
    told["counted"] = view.pill.text()
    actions["group_model"]()
    told["grouped"] = view.group.text()
    actions["judge"]()
    events.publish(PromptOpened(prompt))
    told["left"] = verdicts.is_judging
    host.stop()
    told |= {
        "said": notices.said,
        "windows": window_modules(),
    }
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
