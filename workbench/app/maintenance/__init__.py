"""Looking after the open history, on its way to and from the window."""
