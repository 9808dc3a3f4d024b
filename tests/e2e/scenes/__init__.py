"""Scenes of the gallery: each brings the window into some of its states and takes pictures of them."""
