"""Widgets: what people see and touch.

Invariant: a widget shows state and reports intentions; it never reads or writes the database, a key or the network.
"""
