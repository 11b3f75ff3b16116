"""The manifests: strictly valid, all processes there, nothing that runs as root or writes."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from events.topology import INTAKE
from tests.test_docs import settings
from tests.unit.deploy import keda

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy/kubernetes"
VERSION = "1.35"

Manifest = dict[str, Any]


def manifests(folder: Path = FOLDER) -> Iterator[Manifest]:
    """All of them but the kustomizations."""
    for path in sorted(folder.rglob("*.yaml")):
        if path.name != "kustomization.yaml":
            yield from yaml.safe_load_all(path.read_text())


def named(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


ALL = {named(one): one for one in manifests()}
WORKLOADS = {name: one for name, one in ALL.items() if one["kind"] in ("Deployment", "Job")}
DEPLOYMENTS = {name: one for name, one in ALL.items() if one["kind"] == "Deployment"}
SCALED = {name: one for name, one in ALL.items() if one["kind"] == "ScaledObject"}


def check(manifest: Manifest) -> None:
    """Raises ValidationError (of either checker) for a field that is wrong, missing or unknown."""
    if schema := keda.KINDS.get(manifest["kind"]):
        jsonschema.validate(manifest, schema)
    else:
        kubernetes_validate.validate(manifest, VERSION, strict=True)


def pod(manifest: Manifest) -> Manifest:
    found: Manifest = manifest["spec"]["template"]["spec"]
    return found


def containers(manifest: Manifest) -> list[Manifest]:
    spec = pod(manifest)
    return [*spec.get("initContainers", []), *spec["containers"]]


def kustomization(folder: Path) -> Manifest:
    found: Manifest = yaml.safe_load((folder / "kustomization.yaml").read_text())
    return found


@pytest.mark.parametrize("name", ALL)
def test_a_manifest_is_strictly_valid(name: str) -> None:
    check(ALL[name])


@pytest.mark.parametrize("name", ["Deployment/books-web", "ScaledObject/books-intake"])
def test_a_misspelt_field_is_noticed(name: str) -> None:
    manifest = copy.deepcopy(ALL[name])
    manifest["spec"]["replicaz"] = 2

    with pytest.raises((jsonschema.ValidationError, kubernetes_validate.ValidationError)):
        check(manifest)


def test_a_number_where_keda_wants_text_is_noticed() -> None:
    manifest = copy.deepcopy(ALL["ScaledObject/books-intake"])
    manifest["spec"]["triggers"][0]["metadata"]["value"] = 10000

    with pytest.raises(jsonschema.ValidationError):
        check(manifest)


def test_every_process_of_the_system_is_there() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    ours = {
        f"books-{name}": one["command"]
        for name, one in compose.items()
        if str(one.get("image", "cmms-books")) == "cmms-books"
    }

    deployed = {
        one["metadata"]["name"]: pod(one)["containers"][0]["args"] for one in WORKLOADS.values()
    }

    assert deployed == ours


@pytest.mark.parametrize("folder", [FOLDER, FOLDER / "keda"])
def test_no_file_is_forgotten(folder: Path) -> None:
    listed = kustomization(folder)["resources"]

    assert sorted(listed) == sorted(
        path.name for path in folder.glob("*.yaml") if path.name != "kustomization.yaml"
    )


def test_only_settings_that_exist_are_set() -> None:
    (generated,) = kustomization(FOLDER)["configMapGenerator"]

    given = {literal.partition("=")[0] for literal in generated["literals"]}

    assert not given - dict(settings()).keys()


@pytest.mark.parametrize("name", WORKLOADS)
def test_nothing_runs_as_root_or_writes_beside_its_own_folder(name: str) -> None:
    assert pod(WORKLOADS[name])["securityContext"]["runAsNonRoot"] is True
    for container in containers(WORKLOADS[name]):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_container_says_what_it_needs(name: str) -> None:
    for container in containers(WORKLOADS[name]):
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_every_process_is_probed_and_has_time_to_finish(name: str) -> None:
    (container,) = pod(DEPLOYMENTS[name])["containers"]

    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
    assert pod(DEPLOYMENTS[name])["terminationGracePeriodSeconds"] > 10 + 5


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_disruption_leaves_one_of_each(name: str) -> None:
    budget = ALL[f"PodDisruptionBudget/{name.partition('/')[2]}"]["spec"]

    assert budget["selector"] == DEPLOYMENTS[name]["spec"]["selector"]
    assert budget["minAvailable"] < DEPLOYMENTS[name]["spec"]["replicas"]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_no_process_starts_before_the_tables_are_there(name: str) -> None:
    (waiting,) = pod(DEPLOYMENTS[name])["initContainers"]

    assert waiting["args"] == ["migrate", "--check"]


@pytest.mark.parametrize("name", SCALED)
def test_what_is_scaled_exists_and_never_falls_below_two(name: str) -> None:
    spec = SCALED[name]["spec"]

    assert f"Deployment/{spec['scaleTargetRef']['name']}" in DEPLOYMENTS
    assert 2 <= spec["minReplicaCount"] < spec["maxReplicaCount"]
    for trigger in spec["triggers"]:
        assert f"TriggerAuthentication/{trigger['authenticationRef']['name']}" in ALL


def test_intake_is_scaled_by_its_queue() -> None:
    (trigger,) = SCALED["ScaledObject/books-intake"]["spec"]["triggers"]

    assert trigger["metadata"]["queueName"] == INTAKE
