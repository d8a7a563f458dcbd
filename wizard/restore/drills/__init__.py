"""Drills: some files are taken back from the server and compared with what is here."""
