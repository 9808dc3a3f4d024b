"""The settings on their way to and from the window: item models, and where they are read and written."""
