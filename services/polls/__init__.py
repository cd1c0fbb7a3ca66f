"""Opini Kebijakan: an agency asks, people vote once, the counts are shown after the close (rules.md §9).

Owns polls, ballots and results. Reads `agencies`, `signing-keys`, `revocations`. Writes `polls`, `polls.audit`.
"""
