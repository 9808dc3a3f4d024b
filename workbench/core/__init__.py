"""What prompts, versions, runs and verdicts are: frozen values and pure functions, nothing that can fail slowly.

Invariant: nothing here imports Qt, SQL, the network, the clock or randomness.
"""
