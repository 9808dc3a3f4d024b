"""What a file of the history must look like: its format, its tables, and the check of both."""
