"""Speed as ratios of two things run in turn, and the two proofs of parking and breaker."""
