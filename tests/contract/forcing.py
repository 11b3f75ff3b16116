"""Requests that our own checks would not allow: planned ones, edited before they are sent."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.contract.ledger import Ledger
from worker.providers.port import Outcome, Record, Submission

Body = dict[str, Any]
Edit = Callable[[Body], object]


def forced(ledger: Ledger, document: Record, edit: Edit) -> Outcome:
    """What the books say to a document's request after an edit of its body."""
    return ledger.send(edited(ledger.prepared(document), edit))


def edited(submission: Submission, edit: Edit) -> Submission:
    """The submission with another body; its parts stay what they were."""
    body = json.loads(submission.body)
    edit(body)
    return replace(submission, body=json.dumps(body))


def fresh(document: Record) -> Record:
    """The same with an id and a name of its own: the others are in the books already."""
    names = {"name": f"Another {document.name}"} if hasattr(document, "name") else {}
    return document.model_copy(update={"id": f"{document.id[:3]}-99", **names})


def setting(**fields: object) -> Edit:
    return lambda body: body.update(fields)


def without(*names: str) -> Edit:
    def edit(body: Body) -> None:
        for name in names:
            del body[name]

    return edit


def of_line(**fields: object) -> Edit:
    """An edit of the first line."""
    return lambda body: body["Line"][0].update(fields)


def of_detail(**fields: object) -> Edit:
    """An edit of the first line's detail; None takes a field out."""

    def edit(body: Body) -> None:
        line = body["Line"][0]
        held = line[line["DetailType"]] | fields
        line[line["DetailType"]] = {name: value for name, value in held.items() if value}

    return edit


def also_line(kind: str, line: Body, detail: Body) -> Edit:
    """An edit that adds a line."""
    added = {"DetailType": kind, kind: detail, **line}
    return lambda body: body["Line"].append(added)


def negated(body: Body) -> None:
    """Every line the other way round."""
    for line in body["Line"]:
        line["Amount"] = -line["Amount"]
        if "SalesItemLineDetail" in line:
            line["SalesItemLineDetail"]["UnitPrice"] *= -1
