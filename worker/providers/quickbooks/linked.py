"""What a record that was linked, not written, is compared with at the CMMS's first change of it."""

from dataclasses import replace

from worker.providers.port import Work
from worker.providers.quickbooks.canonical import canonical
from worker.providers.quickbooks.wire import Body


def since(work: Work, said: Body) -> Work:
    """With what both sides held when they were linked as the base; `said` is the CMMS's record of
    that moment, translated.

    Where both held something, what the CMMS has not changed since is no change of its: the books'
    side stays. Where the books held nothing, it still goes there. A flag always holds something.
    """
    held = work.base or {}
    texts = {name: canonical(work.kind, name, value) for name, value in said.items()}
    base = {
        name: text
        for name, text in texts.items()
        if text and (name in held or isinstance(said[name], bool))
    }
    return replace(work, base=base)
