"""Rows of prompts, versions, runs, answers and verdicts: writing and reading them."""
