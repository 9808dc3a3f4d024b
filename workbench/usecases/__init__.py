"""Use cases: everything the product does, without a user interface. The window and the terminal both call them.

Invariant: plain Python, thread-safe, no Qt. Nothing is sent to a model before its run is recorded.
"""
