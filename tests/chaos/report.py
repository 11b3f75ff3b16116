"""What a scenario did and measured, and whether what must hold does."""

import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fact:
    """One line of the table at the end; `wanted` is empty where the figure is only told."""

    what: str
    found: str
    wanted: str = ""
    holds: bool = True
    part: str = ""


@dataclass
class Report:
    """Says what happens while it happens; the facts are its result."""

    name: str
    facts: list[Fact] = field(default_factory=list)
    part: str = ""
    _started: float = field(default_factory=time.monotonic)

    @property
    def holds(self) -> bool:
        return all(fact.holds for fact in self.facts)

    def begin(self, part: str) -> None:
        """The facts from now on belong to this part of the scenario."""
        self.part = part
        self.say(part)

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self._started:7.1f} s  {text}", flush=True)

    def tell(self, what: str, found: object) -> None:
        """A figure that nothing depends on."""
        self.facts.append(Fact(what, str(found), part=self.part))

    def equal(self, what: str, found: object, wanted: object) -> None:
        self.facts.append(Fact(what, str(found), str(wanted), found == wanted, self.part))

    def at_least(self, what: str, found: int, least: int) -> None:
        self.facts.append(Fact(what, str(found), f">= {least}", found >= least, self.part))

    def failures(self) -> list[str]:
        """What does not hold, one sentence each."""
        return [
            f"{fact.part}: {fact.what}: {fact.found}, wanted {fact.wanted}"
            for fact in self.facts
            if not fact.holds
        ]

    def table(self) -> str:
        """The facts, aligned, with a mark before what does not hold."""
        width = max((len(fact.what) for fact in self.facts), default=0)
        lines = [f"{self.name}, {time.monotonic() - self._started:.0f} s"]
        part = ""
        for fact in self.facts:
            if fact.part != part:
                part = fact.part
                lines.append(f"  {part}:")
            wanted = f"   (wanted {fact.wanted})" if fact.wanted else ""
            mark = " " if fact.holds else "!"
            lines.append(f"  {mark} {fact.what:<{width}}  {fact.found}{wanted}")
        lines.append("holds" if self.holds else "DOES NOT HOLD")
        return "\n".join(lines)
