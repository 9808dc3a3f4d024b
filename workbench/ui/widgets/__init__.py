"""Widgets that are independent of features."""
