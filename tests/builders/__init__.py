"""Valid, invented values of everything the tests speak of; say only what matters to the test."""
