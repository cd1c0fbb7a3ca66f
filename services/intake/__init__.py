"""intake: accepts reports, durably, whatever else is down.

Owns: reports as received, tracking IDs, the reporter's own view (rules.md §1, §2, §7).
Reads: agencies, categories, working-calendar, clock-policies and identity.sealing-keys (what the forms offer and say); verifications, dispositions,
follow-ups, deadlines and notifications (how a report fares); accounts (contact data is safe at identity); privacy-decisions; keys and revocations.
Writes: reports, reporter-privacy, intake.contacts, intake.audit.
Edges: web form, JSON API and SMS gateway, each a channel that can run in a process of its own over the one database.
"""
