"""The frame around the views: header, side bar, notices, status bar."""
