"""The plain way to take events in, to compare with: one message, one actor, one upsert."""

import json
import os
import threading

import dramatiq
import psycopg
from dramatiq.brokers.rabbitmq import RabbitmqBroker

dramatiq.set_broker(RabbitmqBroker(url=os.environ["RABBITMQ_URL"]))
_local = threading.local()

_UPSERT = """
    INSERT INTO baseline (tenant_id, kind, record_id, version, snapshot)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (tenant_id, kind, record_id) DO UPDATE
    SET version = excluded.version, snapshot = excluded.snapshot
    WHERE baseline.version < excluded.version
"""


@dramatiq.actor(queue_name="baseline")
def upsert(body: str) -> None:
    """Store the newest version of a record."""
    event = json.loads(body)
    data, kind = event["data"], event["type"].partition(".")[0]
    row = (event["tenantid"], kind, data["id"], data["version"], json.dumps(data))
    _database().execute(_UPSERT, row)


def _database() -> psycopg.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    found: psycopg.Connection = _local.connection
    return found
