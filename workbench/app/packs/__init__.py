"""Pack import and export without widgets: item models, and work on other threads."""
