"""The `workbench` command: the use cases without a window.

Invariant: Qt is never imported. Answers go to stdout, messages about them to stderr.
"""
