"""The messages that reporters get, by SMS and e-mail.

Owns messages, templates, attempts. A message is a row of who (a reporter reference), why (an event) and what (a stage with parameters), never of
an address or a rendered text: contact data and secrets stay sealed until the moment of sending.

Reads `reports`, `verifications`, `dispositions`, `follow-ups`, `deadlines`, `agencies`, `contacts`, `credentials` and, without waiting,
`reporter-privacy` and `privacy-decisions`. Writes `notifications`, `notify.sealing-keys` and `notify.audit`.
"""
