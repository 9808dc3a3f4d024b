"""Comparisons of prompts, and of what lanes show."""
