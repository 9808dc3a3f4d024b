"""Packs on their way to and from the window: item models, and work on other threads."""
