"""Training files in the window."""
