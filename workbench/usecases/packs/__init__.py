"""Packs taken out of a history and brought into one."""
