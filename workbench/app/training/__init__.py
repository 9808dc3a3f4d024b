"""Training files without widgets."""
