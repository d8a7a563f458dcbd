"""ssh keys, their passphrases, and the keyring that holds what is secret."""
