"""The schema of the history file: its format, its tables, and their checks."""
