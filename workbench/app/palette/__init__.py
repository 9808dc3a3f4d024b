"""The command palette without widgets."""
