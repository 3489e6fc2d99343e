"""Memory tests: small made-up problems that cannot be solved without remembering."""
