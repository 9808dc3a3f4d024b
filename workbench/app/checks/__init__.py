"""Checks of the shown answers, and the tree of checks that is edited, without widgets."""
