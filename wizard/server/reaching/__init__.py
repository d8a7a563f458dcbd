"""Getting to a server: what answers there, whether it is the right one, and signing in."""
