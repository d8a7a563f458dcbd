"""The security invariants, what guards each, and the tests that go red without it."""
