"""Continues from an answer and imports recorded conversations, with stand-ins for the services."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.bench.histories import add_iterations, echo_history
from tests.ui.features.standins import StandInNotices, StandInSession, standins, window_modules
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store
from workbench.ui.features.conversation import FEATURE
from workbench.ui.features.conversation.controller import ConversationController
from workbench.ui.shell.check_events import ContinuationRequested
from workbench.ui.shell.events import EmptyPromptFilled
from workbench.ui.shell.feature import FeatureHost
from workbench.ui.shell.services import ShownAnswer
from workbench.ui.widgets.theme import Theme
from workbench.usecases.history import History

CONVERSATION = json.dumps({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]})


def main(folder: Path) -> None:
    """Print the resulting drafts and the notices."""
    app = QApplication([])
    echo_history(folder / "history.db")
    add_iterations(folder / "history.db", 1)
    store = open_store(folder / "history.db", now=utc_now(), uid=new_uid)
    session = StandInSession()
    services = standins(store, Theme(app, "light"), session=session)
    notices, events = services.notices, services.events
    assert isinstance(notices, StandInNotices)
    host = FeatureHost((FEATURE,), services)
    actions = host.actions()
    actions["continue_lane"]()
    session.uid = store.prompts()[0].uid
    run = History(store, new_uid, utc_now).timeline(session.uid, None, 1).rows[0].uid
    output = store.iteration_detail(run).outputs[0]
    session.answers["a"] = ShownAnswer(run, output.uid, "fast")
    events.publish(ContinuationRequested("a"))
    continued = [[message.role, message.text] for message in session.draft().content.messages][-2:]
    session.shown = Draft(Content((Message("system", "Be brief."), Message("user", "old"))))
    events.publish(EmptyPromptFilled("Hello"))
    events.publish(EmptyPromptFilled(CONVERSATION))
    notices.offered()
    controller = host.controller("conversation")
    assert isinstance(controller, ConversationController)
    dialog = controller.dialog
    assert dialog is not None
    dialog.read_wanted.emit(dialog.field.exact())
    read = dialog.told.text()
    dialog.replace.click()
    told = {
        "commands": sorted(actions),
        "continued": continued,
        "answer": output.result.text,
        "read": read,
        "messages": [[message.role, message.text] for message in session.draft().content.messages],
        "said": notices.said,
        "open": controller.dialog is not None,
        "windows": window_modules(),
    }
    host.stop()
    store.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
