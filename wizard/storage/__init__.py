"""What is kept on this computer: where it lies, and how it is read and written whole."""
