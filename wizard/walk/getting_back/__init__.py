"""Getting files back, said once for screens and for text mode: what is asked, what is kept of it, and what is told."""
