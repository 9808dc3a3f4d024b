"""A view is made in steps, and the window may be laid out and painted between two of them."""

from __future__ import annotations

import pytest

from tests.ui.desk import Desk
from workbench.ui.features.testing.view import TestView
from workbench.ui.shell import window as window_module

pytestmark = pytest.mark.window


def test_window_can_be_painted_after_each_step_of_making_its_views(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "Preloader", lambda *_: None)  # it makes the same views, at any time
    window = desk.open()
    steps = 0
    while window.views.make_more():
        # This also lays out hidden pages.
        assert not window.frame.grab().isNull()
        steps += 1
    (view,) = window.frame.findChildren(TestView)
    assert view.divider.count() == 2
    assert steps > 2
