"""The cases of a prompt, without widgets."""
