"""Everything that Dagster loads, assembled in one place. What each thing does stands in `pipelines.assets`."""

import dagster as dg

from pipelines.assets import analyse, classify, comments, crawl, extract, publish, retention
from pipelines.assets.automation import JOBS, SCHEDULES, SENSORS
from pipelines.assets.checks import CHECKS
from pipelines.settings import load

# Read here so that a mistake in sites.toml is reported when the code location loads, not in the middle of a run.
load().configured  # noqa: B018

defs = dg.Definitions(
    assets=dg.load_assets_from_modules([crawl, extract, classify, analyse, comments, publish, retention]),
    asset_checks=CHECKS,
    jobs=JOBS,
    schedules=SCHEDULES,
    sensors=SENSORS,
    resources={
        # Loaded anew by every run, so that a long-lived code server sees an edited sites.toml.
        "settings": dg.ResourceDefinition(lambda _: load()),
        "processes": dg.PipesSubprocessClient(),
    },
    # One process per run: six times faster to start than a process per step, and the heavy steps bring their own pool.
    executor=dg.in_process_executor,
)
