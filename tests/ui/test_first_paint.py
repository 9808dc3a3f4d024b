"""What has been imported, made and done by the first painted letter: counted, because times vary."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.bench.histories import add_iterations, echo_history
from tests.patience import PROCESS_S
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import open_store

ROOT = Path(__file__).resolve().parents[2]
# Together they are taller than the window, so that a scroll bar appears.
MESSAGES = ("You are brief.", "Hi {{name}}.", "Hello.\n" * 60, "How is the {{weather}}?")

# Types a letter as soon as the draft is visible, records the state once it is painted and once the window is complete.
CODE = """
import enum, json, sys
from PySide6.QtCore import QTimer
from tests.bench import product_window, window_probes
from workbench.ui import main
from workbench.ui.shell import start
from workbench.ui.editor.block import MessageBlock

# What comes after the first paint is not counted, however slow this machine is.
start._BREATH_MS = main._WATCH_AFTER_MS = 600_000
arrange, build = MessageBlock.arrange, start.WindowStart._build
arranged, seen, loaded = [], {}, set()

def counted(block, *place, **how):
    arranged.append(block)
    return arrange(block, *place, **how)

def enums(kind):
    return {kind.__name__}.union(*map(enums, kind.__subclasses__()))

def look(startup, typed):
    frame = startup._window
    own = [vars(module) for name, module in sys.modules.items() if name.startswith("workbench.")]
    kinds = [kind for names in own for kind in names.values() if isinstance(kind, type)]
    seen.update({
        "typed": typed,
        "first": frame.view.editor.content().messages[0].text,
        "seen": [block.field.exact() for block in frame.view.editor.blocks if block.isVisible()],
        "values": [row.field.exact() for row in frame.view.values.rows if row.isVisible()],
        "arranged": len(arranged),
        "modules": sorted(sys.modules),
        "dataclasses": sorted({kind.__name__ for kind in kinds if "__dataclass_fields__" in vars(kind)}),
        "enums": sorted(enums(enum.Enum)),
    })
    frame.findChild(start.WindowStart)._begin()

def complete(beginning):
    sys.modules["workbench.ui.shell.window"].Preloader = lambda *_: None  # it imports for later
    loaded.update(sys.modules)
    build(beginning)
    QTimer.singleShot(0, beginning, lambda: wait(beginning))

def wait(beginning):
    window = beginning._window
    if beginning._frame.is_complete and window.compose.ready and window.timeline.rowCount():
        seen["late"] = sorted(set(sys.modules) - loaded)
        print(json.dumps(seen), flush=True)
        beginning._frame.close()
    else:
        QTimer.singleShot(20, beginning, lambda: wait(beginning))

MessageBlock.arrange = counted
window_probes._Startup._report = look
start.WindowStart._build = complete
sys.exit(product_window.run_window(lambda *parts: window_probes.install("startup", *parts)))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The records of a start of the window over a draft of four messages and two values."""
    folder = tmp_path_factory.mktemp("first-paint")
    db = folder / "workbench.db"
    echo_history(db)
    add_iterations(db, 20)  # with versions, whose words are compared
    store = open_store(db, now=utc_now(), uid=new_uid)
    uid = store.last_prompt()
    assert uid is not None
    draft = store.draft(uid)
    assert draft is not None
    roles = ("system", "user", "assistant", "user")
    content = Content(tuple(Message(role, text) for role, text in zip(roles, MESSAGES, strict=True)))  # type: ignore[arg-type]
    values = (("name", "Ada"), ("weather", "fine"))
    store.save_draft(uid, Draft(content, values, draft.lanes), utc_now()).result()
    store.close()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("WORKBENCH_", "XDG_"))}
    env |= {"HOME": str(folder), "WORKBENCH_DB": str(db)}
    env |= {"QT_QPA_PLATFORM": "offscreen", "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env=env, capture_output=True, text=True, timeout=PROCESS_S
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_complete_draft_is_visible_and_editable_at_first_paint(seen: Mapping[str, Any]) -> None:
    assert seen["typed"]
    assert seen["first"] == f"x{MESSAGES[0]}"
    assert seen["seen"] == [f"x{MESSAGES[0]}", *MESSAGES[1:]]
    assert seen["values"] == ["Ada", "fine"]


def test_first_paint_imports_no_unneeded_modules(seen: Mapping[str, Any]) -> None:
    modules = set(seen["modules"])
    if sys.version_info < (3, 12):
        # The bundled SQLite is imported, which takes 5 ms.
        modules -= {"ctypes", "workbench.bundled_sqlite"}
    own = {name for name in modules if name.startswith("workbench.")}
    late = (
        "core.blocks",
        "core.jinja_names",
        "core.lanes",
        "core.runs",
        "ui.editor.section",
        "ui.shell.notice_bar",
        "app",
    )
    assert own & {f"workbench.{name}" for name in late} == set()
    assert {"concurrent.futures", "ctypes", "hashlib", "rfc8785", "signal", "socket", "subprocess"} & modules == set()
    # Each module takes about 0.1 ms. Raise the number only for a module that is needed before the first paint.
    assert len(own) <= 72


def test_first_paint_creates_only_two_dataclasses(seen: Mapping[str, Any]) -> None:
    # Each takes 0.3 ms. Read-only records on this path are NamedTuples, without annotations in strings.
    assert seen["dataclasses"] == ["Content", "Message"]


def test_first_paint_creates_no_icon_or_gradient_enums(seen: Mapping[str, Any]) -> None:
    # Python creates these, with hundreds of members, as soon as an argument could be a QIcon or a QGradient.
    assert set(seen["enums"]) & {"ThemeIcon", "Preset"} == set()


def test_first_paint_needs_at_most_two_layouts_per_message(seen: Mapping[str, Any]) -> None:
    assert seen["arranged"] <= 2 * len(MESSAGES)


def test_no_module_is_imported_while_the_window_is_completed(seen: Mapping[str, Any]) -> None:
    assert seen["late"] == []
