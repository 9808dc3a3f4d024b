"""Programs that measure the product against its budgets.

A bench is a module here with `run(full: bool) -> dict | list[dict]`; `python -m tests.bench` finds and runs them. Each
dict has the keys of `report.Row`. Budgets are reported, never asserted: a slow machine is not a defect.
"""
