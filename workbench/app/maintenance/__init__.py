"""Maintenance of the open history, without widgets."""
