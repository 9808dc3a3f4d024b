"""What a person can do, without a screen; the window and the terminal both call these.

Invariant: plain Python, safe in any thread, and never Qt. Nothing is sent to a model before its run is recorded.
"""
