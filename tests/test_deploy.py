"""What deploy/kubernetes says fits together, and fits the code and the charts that it is written for."""

import importlib
import re
from collections.abc import Iterator
from typing import Any

import dagster as dg
import yaml

from pipelines.settings import ROOT, Settings

FOLDER = ROOT / "deploy" / "kubernetes"
# What Dagster's chart (1.13) knows of the keys that are used: dots part levels, [] stands for a list's entries, and a *
# at the end for what Kubernetes itself says there.
CHART = {
    "dagster-user-deployments.deployments[].name",
    "dagster-user-deployments.deployments[].image.repository",
    "dagster-user-deployments.deployments[].image.tag",
    "dagster-user-deployments.deployments[].image.pullPolicy",
    "dagster-user-deployments.deployments[].codeServerArgs[]",
    "dagster-user-deployments.deployments[].port",
    "dagster-user-deployments.deployments[].includeConfigInLaunchedRuns.enabled",
    "dagster-user-deployments.deployments[].env[].name",
    "dagster-user-deployments.deployments[].env[].value",
    "dagster-user-deployments.deployments[].envSecrets[].name",
    "dagster-user-deployments.deployments[].volumes[].*",
    "dagster-user-deployments.deployments[].volumeMounts[].*",
    "dagster-user-deployments.deployments[].resources.*",
    "runLauncher.type",
    "runLauncher.config.k8sRunLauncher.imagePullPolicy",
    "runLauncher.config.k8sRunLauncher.resources.*",
    "runLauncher.config.k8sRunLauncher.runK8sConfig.jobSpecConfig.*",
    "dagsterDaemon.runCoordinator.config.queuedRunCoordinator.maxConcurrentRuns",
    "dagsterDaemon.runRetries.enabled",
    "postgresql.enabled",
    "postgresql.postgresqlHost",
    "postgresql.postgresqlUsername",
    "postgresql.postgresqlDatabase",
    "global.postgresqlSecretName",
    "generatePostgresqlPasswordSecret",
    "retention.enabled",
    "retention.schedule.purgeAfterDays",
    "retention.sensor.purgeAfterDays.*",
    "telemetry.enabled",
}


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def keys(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all leaves."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from keys(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, f"{path}[]")
    else:
        yield path


def test_the_values_are_keys_of_the_chart() -> None:
    for path in keys(read("dagster-values.yaml")):
        known = any(path.startswith(key[:-1]) if key.endswith("*") else path == key for key in CHART)
        assert known, path


def test_the_code_server_loads_what_is_there() -> None:
    [deployment] = read("dagster-values.yaml")["dagster-user-deployments"]["deployments"]
    flag, module = deployment["codeServerArgs"]
    assert flag == "--module-name"
    assert isinstance(importlib.import_module(module).defs, dg.Definitions)


def test_the_environment_is_that_of_the_settings() -> None:
    [deployment] = read("dagster-values.yaml")["dagster-user-deployments"]["deployments"]
    environment = {entry["name"]: entry["value"] for entry in deployment["env"]}
    fields = {f"YANYANA_{name}".upper() for name in Settings.model_fields}
    assert environment.keys() <= fields
    text = (FOLDER / "dagster-values.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"YANYANA_\w+", text)) <= fields
    mounted = [mount["mountPath"] for mount in deployment["volumeMounts"]]
    assert environment["YANYANA_DATA"] in mounted
    assert environment["YANYANA_SITES"].rpartition("/")[0] in mounted


def test_runs_and_executors_share_image_server_and_data() -> None:
    [deployment] = read("dagster-values.yaml")["dagster-user-deployments"]["deployments"]
    spark, claim = read("spark.yaml"), read("volume.yaml")
    environment = {entry["name"]: entry["value"] for entry in deployment["env"]}
    assert environment["YANYANA_SPARK"] == f"sc://{spark['metadata']['name']}-server:15002"
    pods = [spark["spec"][role]["template"]["spec"] for role in ("server", "executor")]
    image = f"{deployment['image']['repository']}:{deployment['image']['tag']}"
    assert {spark["spec"]["image"], *(pod["containers"][0]["image"] for pod in pods)} == {image}
    for pod in pods:
        [container] = pod["containers"]
        assert container["volumeMounts"] == deployment["volumeMounts"]
        assert pod["volumes"] == deployment["volumes"]
        for entry in container["env"]:
            assert environment[entry["name"]] == entry["value"]
        assert [each["secretRef"] for each in container["envFrom"]] == deployment["envSecrets"]
    assert deployment["volumes"][0]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]


def test_spark_is_the_version_that_is_pinned() -> None:
    lock = (ROOT / "requirements-spark.lock").read_text(encoding="utf-8")
    [pinned] = re.findall(r"^pyspark==(\S+)", lock, re.MULTILINE)
    [image] = re.findall(r"^ARG SPARK=(\S+)", (FOLDER / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert pinned == image == read("spark.yaml")["spec"]["sparkVersion"]


def test_the_image_is_made_by_what_the_makefile_makes() -> None:
    [targets] = re.findall(r"^RUN make (.+) PYTHON=", (FOLDER / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in targets.split():
        variable = {".venv/.ready": "READY", ".venv/.spark": "SPARK"}[target]
        assert f"{variable} := $(VENV)/{target.rpartition('/')[2]}" in makefile
        assert f"\n$({variable}):" in makefile
