"""Exporting packs from a history and importing them."""
