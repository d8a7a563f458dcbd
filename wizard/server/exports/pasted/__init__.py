"""Parts of what an admin pastes into a root shell."""
