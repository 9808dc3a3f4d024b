"""The signals of the lanes view.

Invariant: every control of a column emits exactly one of these signals; only the controller and the window handle them.
The view mode of an answer belongs to the view itself and is kept in `readings`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from workbench.app.keymap import spoken
from workbench.app.lanes.lane_state import LaneHead
from workbench.core.parameter_support import ParameterSupport
from workbench.ui.features.lanes.commands import COMMANDS
from workbench.ui.shell.key_names import FIRST_KEYS, KeyName, first_keys
from workbench.ui.shell.rooms import LanesWidget
from workbench.ui.widgets.reader.mode_choices import ModeChoices


def _first_key(command_id: str) -> str:
    """Return the default shortcut of a command, for columns without a window."""
    own = {command.id: command for command in COMMANDS}
    if command_id not in own:
        return first_keys(command_id) if command_id in FIRST_KEYS else ""
    return next(map(spoken, own[command_id].shortcuts), "")


class LaneIntents(LanesWidget):
    """The signals of the view, in addition to those that the window handles; the first `str` argument is a slot."""

    key_name: KeyName = staticmethod(_first_key)
    """Returns the name of a command's current shortcut."""

    ask_support: Callable[[str, Callable[[ParameterSupport], None]], None] = staticmethod(lambda slot, show: None)
    """Reports which parameters the model of a slot supports, now and when more is known; set by the controller."""

    ask_listed: Callable[[str, Callable[[ParameterSupport], None]], None] = staticmethod(lambda slot, show: None)
    """Reports what is known about that without loading LiteLLM; set by the controller."""

    mark_heads: Callable[[Sequence[LaneHead]], Sequence[LaneHead]] = staticmethod(lambda heads: heads)
    """Adds the warnings about models to heads; set by the controller."""

    slot_touched = Signal()
    """What a lane shows changed, apart from its text."""
    keys_named = Signal()
    """Emitted when shortcuts have changed."""
    add_requested = Signal()
    show_hidden_requested = Signal()
    duplicate_requested = Signal(str)
    remove_requested = Signal(str)
    move_requested = Signal(str, int)
    """Slot, and -1 for left or 1 for right."""
    place_requested = Signal(str, str)
    """Slot, and the slot of the lane that it is placed before, "" for the end."""
    model_requested = Signal(str)
    successor_requested = Signal(str)
    params_changed = Signal(str, object)
    """Slot, Params."""
    pin_requested = Signal(str, object)
    """Slot, version number or None for the current text."""
    rename_requested = Signal(str, str)
    """Slot, new label; "" restores the model's own name."""
    stop_requested = Signal(str)
    attempt_requested = Signal(str, int)
    sample_requested = Signal(str, int)
    samples_requested = Signal(str, int)
    """Slot, number of samples per run."""
    hide_requested = Signal(str)
    baseline_requested = Signal(str)
    wire_requested = Signal(str)
    choices_requested = Signal(str)
    checks_requested = Signal(str)
    code_requested = Signal(str)
    copy_requested = Signal(str)
    continue_requested = Signal(str)
    star_requested = Signal(str)
    copy_as_requested = Signal(str, str)
    """Slot, "text", "markdown" or "json"."""
    action_requested = Signal(str, str)
    """Slot, "keys", "endpoint", "address", "prompt", "run" or "install_model"."""
    reading_wanted = Signal(str, str)
    """Slot, id of a view mode whose page needs data; answered with `set_reading_data`."""
    diff_requested = Signal(str, str)
    """Slot, and what all lanes are compared with: "previous", "winner" or "lane", which is the lane of the slot."""
    diff_pointed = Signal(str)
    """The Diff button of this slot is hovered or focused; its footer needs the name of the base."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.readings = ModeChoices(self)

    def ask(self, slot: str, show: Callable[[ParameterSupport], None], *, full: bool) -> None:
        """Call `show` with the parameters that the model of a slot supports; `full` may load LiteLLM."""
        (self.ask_support if full else self.ask_listed)(slot, show)

    def name_keys(self, name: KeyName) -> None:
        """Set the function that names shortcuts."""
        self.key_name = name
        self.keys_named.emit()
