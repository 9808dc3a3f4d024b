"""The query language of the history search: parsing, serialising, completion, and marking of matches."""
