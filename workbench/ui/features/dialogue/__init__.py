"""Recorded dialogues: the window to paste one, and what the commands do."""

from __future__ import annotations

from workbench.ui.features.dialogue.dialog import DialogueDialog

__all__ = ["DialogueDialog"]
