"""Where each role works: the desk menu and the page that a person's name leads to."""

from dataclasses import dataclass

from shared.security import Person, Role
from shared.web.language import N_


@dataclass(frozen=True)
class Entry:
    """One entry of the desk menu; `text` is a msgid."""

    key: str
    text: str
    path: str
    roles: frozenset[Role]


DESKS = (
    Entry("verifikasi", N_("Verifikasi"), "/meja/verifikasi", frozenset({Role.ADMINISTRATOR})),
    Entry("instansi", N_("Kotak masuk"), "/meja/instansi", frozenset({Role.OFFICER})),
    Entry(
        "pemantauan",
        N_("Pemantauan"),
        "/meja/pemantauan",
        frozenset({Role.ADMINISTRATOR, Role.OBSERVER, Role.OPERATOR}),
    ),
    Entry("opini", N_("Opini"), "/meja/opini", frozenset({Role.OFFICER})),
    Entry("pesan", N_("Pesan"), "/meja/pesan", frozenset({Role.ADMINISTRATOR, Role.OPERATOR})),
)


def menu_of(person: Person | None) -> tuple[Entry, ...]:
    """The desk menu of a person; empty for reporters and for nobody."""
    return tuple(entry for entry in DESKS if person is not None and person.role in entry.roles)


def home_of(person: Person | None) -> str:
    """Where the person's name leads: their first desk, or a reporter's own reports."""
    menu = menu_of(person)
    return menu[0].path if menu else "/saya"
