"""Rankings and the judging of pairs: item models, and work on other threads."""
