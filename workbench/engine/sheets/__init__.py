"""The process that reads spreadsheets, with limits on memory and time."""
