"""Controllers of the lanes: the lane list, the displayed state, comparing and starring answers."""
