"""Look-ups in Xero: what could be meant, in as few reads as possible, compared by us."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.kinds import Kind
from worker.providers.marker import marker, markers
from worker.providers.port import Barred, Operation, Part, Removed, Sought, Stranger, Written
from worker.providers.search import Candidate
from worker.providers.wire import Body
from worker.providers.xero import answers, covered, token
from worker.providers.xero.candidates import SKEW, alike
from worker.providers.xero.canonical import LISTED
from worker.providers.xero.client import Client
from worker.providers.xero.dates import changed
from worker.providers.xero.identity import described, exact, same_label
from worker.providers.xero.matching import brought, differences, digest, digest_if_active, matches
from worker.providers.xero.names import contact_marker, contact_number
from worker.providers.xero.queries import any_of, found, ids, is_id
from worker.providers.xero.read import document_seen, is_gone
from worker.providers.xero.read_lists import is_active, listed, serves
from worker.providers.xero.shapes import SHAPES

_PARTIES = frozenset({Kind.CUSTOMER, Kind.VENDOR})
_TAKE_IDS = frozenset({"Contacts", "Invoices"})
_ID = re.compile("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class OrganisationRecords:
    """One organisation's records, as look-ups read and compare them (the Records of Xero)."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, kind: Kind, sought: Sequence[Sought]) -> Mapping[str, Body]:
        """Ids that a person made up are not asked for. A document that is gone cannot be brought
        back, so to an update it is not there."""
        refs = {one.part.ref for one in sought if one.part.ref and _ID.fullmatch(one.part.ref)}
        records = {self.ref(kind, record): record for record in self._by_ref(kind, refs)}
        for one in sought:
            ref = one.part.ref or ""
            changes = one.part.operation is Operation.UPDATE and not one.named
            if changes and ref in records and is_gone(records[ref]):
                del records[ref]
        return records

    def _by_ref(self, kind: Kind, refs: Iterable[str]) -> Iterator[Body]:
        shape = SHAPES[kind]
        if shape.path in _TAKE_IDS:
            asked = [{"IDs": some} for some in ids(refs)]
        else:
            asked = [{"where": some} for some in any_of(is_id(shape.id, ref) for ref in refs)]
        for parameters in asked:
            yield from found(self._client, shape.path, parameters)

    def alike(self, kind: Kind, sought: Sequence[Sought]) -> Sequence[Candidate]:
        return [Candidate(record) for record in alike(self._client, kind, sought)]

    def ref(self, kind: Kind, record: Body) -> str:
        return str(record[SHAPES[kind].id])

    def token(self, record: Body) -> str:
        return token.token(record)

    def is_current(self, part: Part, record: Body) -> bool:
        known = token.Token.parse(part.sync_token).changed
        return known is not None and known == changed(record)

    def digests(self, one: Sought, record: Body) -> Sequence[str]:
        kind, removing = one.part.kind, one.part.operation is Operation.REMOVE
        either = kind in _PARTIES and (removing or one.revives)
        return (digest(kind, record), *((digest_if_active(kind, record),) if either else ()))

    def written(self, kind: Kind, record: Body) -> Written:
        return answers.written(kind, record)

    def removed(self, kind: Kind, record: Body) -> Removed:
        return answers.removed(kind, record)

    def is_removed(self, one: Sought, record: Body) -> bool:
        """A contact that is somebody else's as well is not archived for one of the two."""
        if one.part.kind not in _PARTIES:
            return is_gone(record)
        [other] = _PARTIES - {one.part.kind}
        kept = serves(other, record) if one.shared is None else one.shared
        return not is_active(record) or kept

    def holds(self, part: Part, record: Body) -> bool:
        return matches(part.body, record)

    def differences(self, part: Part, record: Body) -> Mapping[str, Mapping[str, str]]:
        return differences(part.body, record)

    def brought(self, part: Part, record: Body) -> frozenset[str]:
        return brought(part.body, record)

    def barred(self, part: Part, record: Body) -> Barred | None:
        if (fault := covered.barred(part, record)) is None:
            return None
        return Barred(fault, None if part.kind is Kind.PAYMENT else document_seen(record))

    def is_marked(self, part: Part, record: Body) -> bool:
        """What is gone was the CMMS's once: saved again, it is a new one."""
        if part.kind in _PARTIES:
            own = contact_number(part.kind, part.record_id)
            return str(record.get("ContactNumber", "")) == own
        return not is_gone(record) and marker(part.kind, part.record_id) in _marks(part, record)

    def is_anothers(self, part: Part, record: Body) -> bool:
        """One contact may be a customer's and a vendor's."""
        if part.kind in _PARTIES:
            marked = contact_marker(record.get("ContactNumber"))
            of_its_kind = marked is not None and marked[0] == part.kind
            return of_its_kind and not self.is_marked(part, record)
        return bool(_marks(part, record) - {marker(part.kind, part.record_id)})

    def has_label(self, part: Part, record: Body) -> bool:
        return same_label(part.kind, part.body, record)

    def renames(self, part: Part, record: Body) -> bool:
        return bool(part.body.get(SHAPES[part.kind].label)) and not self.has_label(part, record)

    def is_made_by(self, one: Sought, record: Body) -> bool:
        """All equal, and not changed before."""
        if SHAPES[one.part.kind].note or one.since is None or not self.holds(one.part, record):
            return False
        last = changed(record)
        return last is not None and last >= one.since - SKEW

    def stranger(self, part: Part, candidate: Candidate) -> Stranger:
        kind, record = part.kind, candidate.record
        name = str(record.get(SHAPES[kind].label, ""))
        return Stranger(
            ref=self.ref(kind, record),
            kind=kind.value,
            name=name,
            same_kind=True,
            exact=exact(kind, part.body, record),
            marked=self.is_anothers(part, record),
            shown=described(record, name),
            sync_token=self.token(record),
            record=next(listed(kind, [record]), None) if kind in LISTED else None,
            twice=kind is not Kind.INVOICE,
        )


def _marks(part: Part, record: Body) -> set[str]:
    note = SHAPES[part.kind].note
    return markers(record.get(note)) if note else set()
