"""The settings without widgets: item models and their backend."""
