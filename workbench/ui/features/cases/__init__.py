"""The cases of a prompt in the window."""
