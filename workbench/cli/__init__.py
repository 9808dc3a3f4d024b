"""The `workbench` command: the use cases without a window.

Invariant: no Qt is imported; what a model said goes to stdout, everything about it to stderr.
"""
