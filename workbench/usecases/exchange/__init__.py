"""Ways into the history and out of it: what was run elsewhere, and what people take away."""
