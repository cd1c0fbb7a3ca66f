"""Who people are: accounts and sessions, the vault of contact data, one-use codes, the audit log.

Owns: accounts, signing keys, contact data (encrypted), the link from a reporter reference to a person, credentials, audit records.
Reads: `intake.contacts`, `dispositions`, `follow-ups`, `notify.sealing-keys`, every `<service>.audit`.
Writes: `accounts`, `contacts`, `credentials`, `signing-keys`, `revocations`, `identity.sealing-keys`, `identity.audit`.

The only service that can tell whose report a report is. Contact data stands here encrypted, leaves sealed, and is in no log line.
"""
