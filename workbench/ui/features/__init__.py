"""The features of the window, one folder each.

Invariant: a feature depends on the shell's services, widgets and the layers below, never on the window or another
feature.
"""
