"""The working-day clocks of every report.

Owns the working calendar, the clock policies and the deadlines. What happened to a report is kept as a set of facts; its deadlines are a pure
function of these (`domain.reckon`), so that events of different topics may arrive in any order.

Reads `reports`, `verifications`, `dispositions`, `follow-ups`, `agencies` and, without waiting, `reporter-privacy` and `privacy-decisions`.
Writes `deadlines`, `working-calendar`, `clock-policies` and `sla.audit`.
"""
