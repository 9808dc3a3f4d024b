"""Writes and reads the rows of prompts, versions, runs, answers and verdicts."""
