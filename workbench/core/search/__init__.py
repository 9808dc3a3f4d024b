"""The language in which the history is searched: reading it, writing it, completing it, marking what it finds."""
