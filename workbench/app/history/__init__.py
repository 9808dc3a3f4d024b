"""What the History view shows, without a widget."""
