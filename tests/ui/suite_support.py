"""Cases for tests of the Test view, and the view with them."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from workbench.core.cases import Case, Check
from workbench.host.ids import new_uid
from workbench.ui.features.testing.view import TestView

HELLO = {"default": [{"text": "Hello there."}, {"finish": "stop"}]}


def order_cases(count: int) -> list[Case]:
    """Return cases of which every fourth fails when the answer is "Hello there."."""
    return [
        Case(
            new_uid(),
            f"case {number}",
            (("question", f"Where is A{number}?"), ("record", "none")),
            (Check("contains", value='"there"'), Check("equals", negated=number % 4 > 0, value='"Hello"')),
        )
        for number in range(count)
    ]


def prepared(desk: Desk, cases: int, script: dict[str, object]) -> TestView:
    """Open Test with cases and the lanes of Compose as columns."""
    window = desk.open(script)  # type: ignore[arg-type] # a script
    window.store.packs.save_cases(window.prompt_uid, order_cases(cases)).result(60)
    desk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    view = window.views.page("test")
    assert isinstance(view, TestView)
    desk.until(lambda: view.empty.heading.text() == "No columns yet")
    view.empty.buttons[0].click()
    desk.until(lambda: view.empty.heading.text() == "Nothing has run yet")
    return view
