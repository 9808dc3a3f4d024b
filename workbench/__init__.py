"""Prompt Workbench: iterate on prompts, side by side, with nothing lost."""

__version__ = "0.1.0"
