"""Dispatch: the directory of agencies, which of them must answer a report, the thread they answer on, and its closure.

Owns: agencies and their units, dispositions, entries of the thread, what of a report is public.
Reads: `verifications`, `deadlines`, `categories`, `working-calendar`, `clock-policies`; urgently `reporter-privacy`, `privacy-decisions`,
`signing-keys`, `revocations`.
Writes: `dispositions`, `follow-ups`, `agencies`, `publications`, `dispatch.audit`.

Privacy flags and withdrawals never wait: they are kept by report id in a table of their own, also before the report is known, and whoever
changes anything of a report holds the lock on its id.
"""
