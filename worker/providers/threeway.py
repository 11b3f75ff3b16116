"""Three-way comparison of customers, vendors and items: what of an update has to be sent.

The CMMS's side is the translated body; the books' side and what both last agreed on are canonical
texts (`LedgerRecord.fields`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemas.kinds import Kind
from worker.policies import Conflict
from worker.providers.port import Agreed, Both, Held, Operation, Plan, Request, Work
from worker.providers.refusals import Refusal
from worker.providers.wire import Body
from worker.terms import SENT


@dataclass(frozen=True)
class Dialect:
    """How one ledger's fields are compared and called; pure.

    `canonical`: a field's value as canonical text; empty where it holds nothing. `readable`: such a
    text as people read it. `called`: the contract's name of a field.
    """

    canonical: Callable[[Kind, str, object], str]
    readable: Callable[[str], str]
    called: Callable[[str], str]


@dataclass
class Merged:
    """What is sent, what both sides agree on from now on, and what changed on both sides.

    `kept` are those of the last that stay as the books have them, `both` those that a person must
    decide about: the contract's name -> {cmms, books, before}.
    """

    send: Body = field(default_factory=dict)
    base: dict[str, str] = field(default_factory=dict)
    kept: dict[str, dict[str, str]] = field(default_factory=dict)
    both: dict[str, dict[str, str]] = field(default_factory=dict)

    def news(self, base: Mapping[str, str] | None) -> bool:
        """Whether comparing alone brought something that is to be kept.

        Where nothing was agreed on before, the books' answer to what is sent says it all at once.
        """
        if base is None:
            return not self.send
        return bool(self.kept) or self.base != base

    def agree(self, name: str, text: str) -> None:
        """Both sides hold this text, or hold nothing, from here on."""
        for key in (name, f"{SENT}{name}"):
            self.base.pop(key, None)
        if text:
            self.base[name] = text


@dataclass(frozen=True)
class Comparison:
    """One update, compared field by field; `policy` decides where nobody has."""

    work: Work
    dialect: Dialect
    policy: Conflict

    def merged(self, body: Body) -> Merged:
        """What comes of comparing every field of the body."""
        merged = Merged(base=dict(self.work.base or {}))
        for name, value in body.items():
            self._merge(merged, name, value)
        return merged

    def _merge(self, merged: Merged, name: str, value: object) -> None:
        held, base = self.work.held or {}, self.work.base
        ours, theirs = self._text(name, value), held.get(name, "")
        before = theirs if base is None else base.get(name, "")
        sent = theirs if base is None else base.get(f"{SENT}{name}", before)
        if ours == theirs:
            merged.agree(name, theirs)
        elif ours == sent:
            return  # at most the books' side has changed: it stays, and the CMMS was told
        elif theirs == before:
            merged.send[name] = value
        else:
            self.both_changed(merged, name, value)

    def both_changed(self, merged: Merged, name: str, value: object) -> None:
        """A person's word, else the policy, says whose side of a field counts."""
        called = self.dialect.called(name)
        ours = self._text(name, value)
        sides = {"cmms": ours, "books": (self.work.held or {}).get(name, "")}
        sides["before"] = (self.work.base or {}).get(name, "")
        shown = {side: self.dialect.readable(text) for side, text in sides.items()}
        match self.work.decided.get(called, self.policy):
            case Conflict.CMMS:
                merged.send[name] = value
            case Conflict.BOOKS:
                # Decided once: from here on the CMMS's side counts as changed only by another
                # change.
                merged.agree(name, ours)
                merged.kept[called] = shown
            case Conflict.HOLD:
                merged.both[called] = shown

    def _text(self, name: str, value: object) -> str:
        return self.dialect.canonical(self.work.kind, name, value)


@dataclass
class Compared:
    """What comes of comparing the due links of one plan, beside requests."""

    same: list[int] = field(default_factory=list)
    both: list[Both] = field(default_factory=list)
    agreed: list[Agreed] = field(default_factory=list)

    def settles(self, work: Work, merged: Merged | None) -> bool:
        """Whether nothing of this link is to be sent."""
        if merged is None:
            return False
        if merged.both:
            self.both.append(Both(work.link_id, merged.both))
            return True
        if merged.news(work.base) or work.linked is not None:
            self.agreed.append(Agreed(work.link_id, merged.base, merged.kept))
        if not merged.send:
            self.same.append(work.link_id)
        return not merged.send

    def plan(self, requests: Iterable[Request], held: Sequence[Held], look: Sequence[int]) -> Plan:
        """The plan that these make together with what was compared."""
        return Plan(
            tuple(requests),
            tuple(held),
            same=tuple(self.same),
            both=tuple(self.both),
            look=tuple(look),
            agreed=tuple(self.agreed),
        )


def since_linked(work: Work, dialect: Dialect, said: Callable[[Work], Body]) -> Work:
    """An update of what was linked, and not compared since, with both sides as they stood then;
    `said` translates what the CMMS said, and may raise Refusal."""
    if work.linked is None or work.operation is not Operation.UPDATE:
        return work
    try:
        return since(work, said(replace(work, document=work.linked)), dialect)
    except Refusal:  # what cannot be said cannot be compared: it counts as changed on both
        return since(work, {}, dialect)


def since(work: Work, said: Body, dialect: Dialect) -> Work:
    """With what both sides held when they were linked as the base; `said` is the CMMS's record of
    that moment, translated.

    Where both held something, what the CMMS has not changed since is no change of its: the books'
    side stays. Where the books held nothing, it still goes there. A flag always holds something.
    """
    held = work.base or {}
    texts = {name: dialect.canonical(work.kind, name, value) for name, value in said.items()}
    base = {
        name: text
        for name, text in texts.items()
        if text and (name in held or isinstance(said[name], bool))
    }
    return replace(work, base=base)
