"""Training files, without a widget."""
