"""The scenes of the gallery: each leads the window to some of its faces and takes pictures of them."""
