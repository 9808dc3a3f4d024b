"""The list of prompts without widgets."""
