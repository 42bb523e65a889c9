"""Evidence in which a virus was found after it was taken: coordinators are told, by their next morning digest.

Nothing rests on when this runs: what is known stands with the files (`evidence_scanning`).
"""

from collections import defaultdict

from sqlalchemy import Connection

from activities.evidence_scanning import list_infected
from activities.occurrences import Occurrence, get_occurrence
from activities.office import Office
from activities.roles import Role, list_holders
from notifications.mail.notices import INFECTED, raise_notice


def tell_infections(office: Office) -> None:
    """Leave a notice for the coordinators of each piece that is known to carry a virus; once each."""
    with office.store.read() as connection:
        found = list_infected(connection)
    for each in found:
        with office.store.write() as work:
            activity_id = get_occurrence(work.connection, each.occurrence_id).activity_id
            for person in list_holders(work.connection, Role.COORDINATOR, activity_id):
                raise_notice(work, person.id, each.occurrence_id, INFECTED, f"infected:{each.evidence_id}")


def list_infections(connection: Connection) -> list[tuple[Occurrence, str]]:
    """Each occurrence with infected evidence, and the names of the files with what was found in them."""
    names: dict[int, list[str]] = defaultdict(list)
    for each in list_infected(connection):
        names[each.occurrence_id].append(f"{each.name} ({each.scan.threat})")
    return [(get_occurrence(connection, key), ", ".join(said)) for key, said in names.items()]
