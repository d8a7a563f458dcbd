"""Getting files back: a screen for each stage of it, and what leads through them."""
