"""Lines that are slow, cut or silent."""
