"""What the tests stand on: real servers, a real keyring and sample files, each of one test alone."""
