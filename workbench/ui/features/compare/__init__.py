"""Comparisons of prompts."""
