"""Steps that may be too much for one machine: in the run's own process or, with Spark, in one of their own.

A Spark driver brings a Java process and has its own ways to die, so it gets a process under Dagster Pipes. That one
runs the same function over the same settings (of the environment, as every process here), and its log lines, row counts
and pictures reach the run as they would from here. What the steps compute stands in the modules of the assets.
"""

import importlib
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

import dagster as dg
from dagster_pipes import PipesContext, open_dagster_pipes

from pipelines.errors import YanyanaError
from pipelines.settings import Settings, load

# What a step computes of the settings and the archive days that it is about, telling a log how it goes on.
Step: TypeAlias = Callable[[Settings, list[date], logging.Logger], Iterator[dg.MaterializeResult]]

_REMEDY = (
    "What was published stays. If memory ran out, give Spark more with YANYANA_SPARK_CONF (spark.driver.memory, "
    "spark.executor.memory) or cut its work finer (spark.sql.shuffle.partitions); then run the step again."
)

# How Py4J writes down what Java raised.
_CALLING, _CAUSE = "An error occurred while calling", "Caused by: "


class StepError(YanyanaError):
    """A step that ran on Spark failed; the message is the error's own, with a remedy."""


def run_step(
    step: Step,
    context: dg.AssetExecutionContext,
    settings: Settings,
    processes: dg.PipesSubprocessClient,
    days: list[date],
) -> Iterator[dg.MaterializeResult]:
    """What a function of a module yields, called here or, where Spark counts, in a process of its own.

    Raises what the function raises; from the other process, StepError after the results that came before it.
    """
    if settings.engine != "spark":
        yield from step(settings, days, context.log)
        return
    extras = {"module": step.__module__, "function": step.__name__, "days": [day.isoformat() for day in days]}
    with warnings.catch_warnings():
        # Dagster's own Pipes client calls what Dagster marks as a preview or as deprecated.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            process = processes.run(context=context, command=[sys.executable, "-m", __name__], extras=extras)
        except dg.DagsterError as error:
            raise StepError(
                f"{step.__name__}: the process with Spark's driver was killed ({error}). {_REMEDY}"
            ) from None
    for result in process.get_results(implicit_materializations=False):
        if isinstance(result, dg.MaterializeResult):
            yield result
    for failure in process.get_custom_messages():
        raise StepError(failure)


def _under_pipes(pipes: PipesContext) -> None:
    """Run the step that the run asks for, and report each of its results, and its failure, to the run."""
    logging.getLogger().handlers = [*pipes.log.handlers]
    name = pipes.get_extra("function")
    try:
        step: Step = getattr(importlib.import_module(pipes.get_extra("module")), name)
        for result in step(load(), [date.fromisoformat(day) for day in pipes.get_extra("days")], pipes.log):
            asset = dg.AssetKey.from_coercible(result.asset_key or pipes.asset_key)
            metadata = {key: _told(value) for key, value in (result.metadata or {}).items()}
            pipes.report_asset_materialization(metadata, asset_key=asset.to_user_string())
    except YanyanaError as error:
        pipes.report_custom_message(f"{name}: {error}")
    except Exception as error:
        pipes.log.exception("the step failed")
        pipes.report_custom_message(f"{name}: {_said(error)}. {_REMEDY}")


def _said(error: Exception) -> str:
    """An error in a line; of one that Java raised, what it says itself and its innermost cause."""
    lines = [line.strip() for line in str(error).splitlines()]
    causes = [line.removeprefix(_CAUSE) for line in lines if line.startswith(_CAUSE)]
    own = next((line.removeprefix(": ") for line in lines if line and not line.startswith(_CALLING)), "")
    return "; ".join([own if causes else f"{type(error).__name__}: {own}", *causes[-1:]]).rstrip(".")


def _told(value: Any) -> Any:
    """A metadata value as Pipes sends it."""
    match value:
        case dg.MarkdownMetadataValue():
            return {"type": "md", "raw_value": value.md_str}
        case dg.TableMetadataValue():
            columns: list[Mapping[str, str]] = [{"name": c.name, "type": c.type} for c in value.schema.columns]
            return {"type": "table", "raw_value": {"records": [r.data for r in value.records], "schema": columns}}
        case _:
            return value


if __name__ == "__main__":
    with open_dagster_pipes() as context:
        _under_pipes(context)
