"""Helpers of all scenes that set the window up and take its picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeVar

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog

from tests.e2e.driving import NARROW, WIDE, Demo
from tests.fakes.provider import FakeProvider
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, ECHO_MODEL, Lane
from workbench.usecases.endpoint_form import EndpointForm

Theme = Literal["light", "dark"]
BOTH: tuple[Theme, ...] = ("light", "dark")
Kind = TypeVar("Kind", bound=QDialog)
EDGE = QSize(16, 48)
"""Room for the window frame that a desktop draws around a dialog."""


def put(demo: Demo, content: Content, lanes: int = 2, **values: str) -> None:
    """Set the draft to this content and these values, with this many lanes of `echo`."""
    columns = tuple(Lane(f"g{number}", ECHO, ECHO_MODEL) for number in range(1, lanes + 1))
    show(demo, content, columns, **values)


def show(demo: Demo, content: Content, lanes: tuple[Lane, ...], **values: str) -> None:
    """Set the draft to this content with these lanes and values, and wait until it is checked and counted."""
    compose = demo.window.session
    compose.back()
    compose.put_back(Draft(content, tuple(values.items()), lanes, compose.draft().based_on))
    demo.window.editor.focus_first()
    demo.pause(60)


def ask(demo: Demo, text: str, lanes: int = 2) -> None:
    """Run a single message, which every lane echoes as its answer."""
    put(demo, Content((Message("user", text),)), lanes)
    demo.run()


def shots(demo: Demo, name: str, themes: tuple[Theme, ...] = BOTH, *, narrow: bool = False) -> None:
    """Take a picture in each theme; in the last one also at the smallest size."""
    for theme in themes:
        demo.window.theme.set_mode(theme)
        demo.picture(f"{name}-{theme}")
    if narrow:
        small(demo, f"{name}-narrow-{themes[-1]}")
    demo.window.theme.set_mode("light")


def small(demo: Demo, name: str) -> None:
    """Take a picture at the smallest size, with dialogs sized for such a screen."""
    frame = demo.window.frame
    demo.resize(NARROW)
    open_ = [
        (one, one.geometry()) for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()
    ]
    for one, _ in open_:
        one.resize(one.size().boundedTo(frame.size() - EDGE))
        place = one.geometry()
        place.moveCenter(frame.geometry().center())
        one.setGeometry(place)
    demo.pause(150)
    demo.picture(name)
    demo.resize(WIDE)
    for one, before in open_:
        one.setGeometry(before)


def command(demo: Demo, id_: str) -> None:
    """Trigger a command."""
    demo.window.command(id_)
    demo.pause(120)


def opened(demo: Demo, kind: type[Kind]) -> Kind:
    """Wait for an open dialog of this type and return it."""

    def found() -> list[Kind]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]

    demo.until(f"a {kind.__name__} is open", found)
    (one, *_) = found()
    # There may be no window manager to do this.
    one.activateWindow()
    demo.until(f"the {kind.__name__} has the keyboard", one.isActiveWindow)
    return one


def dialog(demo: Demo, name: str, themes: tuple[Theme, ...] = BOTH, *, settle_ms: int = 300) -> None:
    """Take pictures of the open dialog, then close it."""
    one = opened(demo, QDialog)
    demo.pause(settle_ms)
    shots(demo, name, themes)
    one.reject()
    demo.window.frame.activateWindow()
    demo.pause(60)


@contextmanager
def provider(demo: Demo, name: str) -> Iterator[tuple[FakeProvider, str]]:
    """Serve a provider on this machine; yield it and the uid of its endpoint, which scenes may share."""
    with FakeProvider() as fake:
        endpoints = demo.window.workbench.endpoints
        uid = next((one.uid for one in endpoints.custom() if one.name == name), "")
        saved = endpoints.save(EndpointForm(name, fake.base_url, uid))
        saved.done.result(timeout=10)
        demo.window.session.endpoints_changed()
        yield fake, saved.endpoint.uid
