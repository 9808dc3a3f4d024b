"""The cases of a prompt, without a widget."""
