"""Models that a lane can use, on their way to the model picker: item models, and where they are read."""
