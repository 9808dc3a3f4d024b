"""Asking a model about the open prompt in a dialog: what features that accept its proposals have in common."""
