"""Models for the model picker: item models and their sources."""
