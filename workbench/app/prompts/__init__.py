"""The prompts that a person has."""
