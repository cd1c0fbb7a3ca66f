"""The administrators' queue: what came in is checked, decided, and handed on (rules.md §3, §7).

Owns the cases, the categories with their completeness rules, and the administrators' privacy decisions.
Reads `reports`, `reporter-privacy`, `dispositions`, `deadlines`, `agencies`, `working-calendar`, `clock-policies`, `signing-keys`, `revocations`.
Writes `verifications`, `privacy-decisions`, `categories`, `verification.audit`.
"""
