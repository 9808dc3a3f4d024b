"""The palette, which finds and does anything, and the sheet of keys."""
