"""Confirming that a key may go to another address."""
