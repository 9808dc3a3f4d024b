"""Rankings and pairwise judging: item models, and work on other threads."""
