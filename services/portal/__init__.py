"""The public site: what everybody may see, and nothing else.

Owns: nothing. Its database is a model of what was published; it can be thrown away and built anew (`python -m services.portal rebuild`).
Reads: `publications`, `agencies`, `categories`, `polls`, `working-calendar`, `clock-policies` (state topics), `signing-keys` and `revocations`.
Writes: no topic but its dead letters.
"""
