"""The whole way on other systems, each built for it: `make test-systems`."""
