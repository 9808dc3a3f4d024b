"""The domain model: prompts, versions, runs and verdicts as frozen values and pure functions, without I/O.

Invariant: nothing here imports Qt, SQL, the network, the clock or randomness.
"""
