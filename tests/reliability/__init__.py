"""Proofs that nothing is lost, doubled or inverted, whatever is killed. Each prints one line of JSON last."""
