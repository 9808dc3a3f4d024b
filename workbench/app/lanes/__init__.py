"""Controllers of the lanes: the list of them, what they show, and how their answers are compared and starred."""
