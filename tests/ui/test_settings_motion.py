"""Motion can be turned off in the settings, for every window and permanently."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QAbstractAnimation, Qt, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit, QTreeView, QWidget

from tests.ui.desk import Desk
from workbench.host import settings
from workbench.ui.features.lanes.view import LanesView


def test_reduce_motion_applies_at_once_and_is_saved(desk: Desk) -> None:
    window = desk.open()
    window.dialogs.show_settings("appearance")
    dialog = window.dialogs.settings
    assert dialog is not None
    still = next(box for box in dialog.findChildren(QCheckBox) if box.text() == "Reduce motion")
    still.click()
    assert QApplication.styleHints().cursorFlashTime() == 0
    directory = window.workbench.places.config
    desk.until(lambda: settings.load(directory).settings.motion == "reduced")
    dialog.reject()
    desk.close()
    assert settings.load(directory).settings.motion == "reduced"


def moving() -> Iterator[str]:
    """Yield everything in all open windows that is animated or would be."""
    for widget in QApplication.allWidgets():
        if isinstance(widget, QTreeView) and widget.isAnimated():
            yield f"{type(widget).__name__} {widget.accessibleName()} unfolds"
        for animation in widget.findChildren(QAbstractAnimation, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if animation.state() == QAbstractAnimation.State.Running:
                yield f"{type(animation).__name__} of {type(widget).__name__} {widget.accessibleName()}"
    for effect in Qt.UIEffect:
        if QApplication.isEffectEnabled(effect):
            yield effect.name


def _type_into_all(of: QWidget) -> None:
    for field in of.findChildren(QLineEdit):
        if field.isVisible() and field.isEnabled():
            field.setText("a")


def test_reduced_motion_stops_animation_in_every_window(desk: Desk) -> None:
    for effect in Qt.UIEffect:
        QApplication.setEffectEnabled(effect, True)
    desk.theme._effects = dict.fromkeys(desk.theme._effects, True)
    try:
        desk.theme.set_motion("reduced")
        window = desk.open()
        desk.run()
        slot = window.slots()[0]
        for opens in (
            lambda: window.dialogs.show_settings("keys"),
            lambda: window.dialogs.show_settings("endpoints"),
            lambda: window.dialogs.show_picker(slot),
            lambda: window.dialogs.show_code(slot),
            lambda: window.lanes.edit_params(slot),
            lambda: window.dialogs.show_shortcuts(),
            lambda: window.dialogs.show_palette(),
            lambda: window.dialogs.technique_actions.choose(),
        ):
            opens()
            QApplication.processEvents()
            others = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not window.frame]
            for other in others:
                _type_into_all(other)
            assert list(moving()) == []
            for other in others:
                other.close()
            QApplication.processEvents()
            window.frame.activateWindow()
    finally:
        for effect in Qt.UIEffect:
            QApplication.setEffectEnabled(effect, False)
        desk.theme._effects = dict.fromkeys(desk.theme._effects, False)


def is_ticking(timer: QTimer) -> bool:
    """Whether a timer repeats; one that fires once delays something and moves nothing by itself."""
    return timer.isActive() and not timer.isSingleShot()


def test_reduced_motion_updates_elapsed_times_at_most_once_a_second(desk: Desk) -> None:
    window = desk.open({"default": [{"text": "On"}, {"until": str(desk.directory / "never")}]})
    desk.theme.set_motion("reduced")
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(0) == "On")
    ticking = [timer for timer in window.compose_view.findChild(LanesView).findChildren(QTimer) if is_ticking(timer)]
    assert ticking
    assert min(timer.interval() for timer in ticking) >= 1000
    window.workbench.runner.stop_everything()
    desk.settle()
