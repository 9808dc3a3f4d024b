"""Decide without a screen: reading a decision off the UI thread, the words of the page, and the form of the figures."""
