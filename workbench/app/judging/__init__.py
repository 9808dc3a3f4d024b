"""Judges of a prompt's tests, as the window shows, chooses and measures them."""
