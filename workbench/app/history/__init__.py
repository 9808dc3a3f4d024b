"""The History view without widgets."""
