"""A better version of a prompt: the window that asks for one and shows it, and what the command does."""

from __future__ import annotations

from workbench.ui.features.improve.dialog import ImproveDialog

__all__ = ["ImproveDialog"]
