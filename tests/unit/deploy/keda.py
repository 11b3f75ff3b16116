"""What KEDA takes (keda.sh/v1alpha1), as far as we use it: written from its documentation, strict.

KEDA: ScaledObject specification; Scalers: RabbitMQ Queue, PostgreSQL; Authentication.
"""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
NUMBER_IN_TEXT: Schema = {"type": "string", "pattern": r"^\d+(\.\d+)?$"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def closed(fields: Mapping[str, Schema], *required: str) -> Schema:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "properties": dict(fields),
        "required": list(required),
        "additionalProperties": False,
    }


def resource(kind: str, spec: Schema) -> Schema:
    metadata = closed({"name": TEXT, "labels": {"type": "object"}}, "name")
    head = {"apiVersion": {"const": "keda.sh/v1alpha1"}, "kind": {"const": kind}}
    fields = {**head, "metadata": metadata, "spec": spec}
    return closed(fields, *fields)


def trigger(type_: str, metadata: Schema) -> Schema:
    fields = {
        "type": {"const": type_},
        "name": TEXT,
        "metadata": metadata,
        "metricType": {"enum": ["AverageValue", "Value"]},
        "authenticationRef": closed({"name": TEXT, "kind": TEXT}, "name"),
    }
    return closed(fields, "type", "metadata")


RABBITMQ = trigger(
    "rabbitmq",
    closed(
        {
            "protocol": {"enum": ["amqp", "http", "auto"]},
            "queueName": TEXT,
            "mode": {"enum": ["QueueLength", "MessageRate"]},
            "value": NUMBER_IN_TEXT,
            "activationValue": NUMBER_IN_TEXT,
            "vhostName": TEXT,
            "hostFromEnv": TEXT,
        },
        "queueName",
        "mode",
        "value",
    ),
)
POSTGRESQL = trigger(
    "postgresql",
    closed(
        {
            "query": TEXT,
            "targetQueryValue": NUMBER_IN_TEXT,
            "activationTargetQueryValue": NUMBER_IN_TEXT,
            "connectionFromEnv": TEXT,
        },
        "query",
        "targetQueryValue",
    ),
)

POLICY = closed(
    {
        "type": {"enum": ["Pods", "Percent"]},
        "value": {"type": "integer", "minimum": 1},
        "periodSeconds": {"type": "integer", "minimum": 1, "maximum": 1800},
    },
    "type",
    "value",
    "periodSeconds",
)
PACE = closed(
    {
        "stabilizationWindowSeconds": {"type": "integer", "minimum": 0, "maximum": 3600},
        "policies": {"type": "array", "items": POLICY, "minItems": 1},
        "selectPolicy": {"enum": ["Max", "Min", "Disabled"]},
    }
)
BEHAVIOR = closed({"scaleUp": PACE, "scaleDown": PACE})
FALLBACK = closed(
    {
        "failureThreshold": COUNT,
        "replicas": COUNT,
        "behavior": {
            "enum": [
                "static",
                "currentReplicas",
                "currentReplicasIfHigher",
                "currentReplicasIfLower",
            ]
        },
    },
    "failureThreshold",
    "replicas",
)
SCALED_OBJECT = resource(
    "ScaledObject",
    closed(
        {
            "scaleTargetRef": closed({"name": TEXT, "kind": TEXT, "apiVersion": TEXT}, "name"),
            "minReplicaCount": COUNT,
            "maxReplicaCount": {"type": "integer", "minimum": 1},
            "idleReplicaCount": COUNT,
            "pollingInterval": {"type": "integer", "minimum": 1},
            "cooldownPeriod": COUNT,
            "initialCooldownPeriod": COUNT,
            "fallback": FALLBACK,
            "advanced": closed(
                {
                    "restoreToOriginalReplicaCount": {"type": "boolean"},
                    "horizontalPodAutoscalerConfig": closed({"behavior": BEHAVIOR, "name": TEXT}),
                }
            ),
            "triggers": {
                "type": "array",
                "minItems": 1,
                "items": {"oneOf": [RABBITMQ, POSTGRESQL]},
            },
        },
        "scaleTargetRef",
        "triggers",
    ),
)
SECRET_TARGET = closed({"parameter": TEXT, "name": TEXT, "key": TEXT}, "parameter", "name", "key")
TRIGGER_AUTHENTICATION = resource(
    "TriggerAuthentication",
    closed(
        {"secretTargetRef": {"type": "array", "items": SECRET_TARGET, "minItems": 1}},
        "secretTargetRef",
    ),
)
KINDS = {"ScaledObject": SCALED_OBJECT, "TriggerAuthentication": TRIGGER_AUTHENTICATION}
