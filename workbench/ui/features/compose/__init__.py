"""What is done with the draft: its value sets."""
