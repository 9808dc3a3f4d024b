"""Packs in the window: prompts taken out as files, brought in from files."""
