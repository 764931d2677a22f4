"""When things run: one job per purpose, the schedules, and the sensors that tell of runs that failed or warned.

A job's run takes one archive day or, as a backfill, a range of them; the tables over all days are made anew by it.
"""

import dagster as dg

from pipelines.assets.checks import layout_kept, parse_yield

_FROM_THE_ARCHIVE = dg.AssetSelection.all() - dg.AssetSelection.groups("crawl")
# Tried again by the daemon, as a run of its own: whoever starts a run by hand is told of its failure at once.
_RETRIED = {"dagster/max_retries": "2"}

everything = dg.define_asset_job(
    "everything",
    dg.AssetSelection.all(),
    description="The main job: crawl, read, classify, compute and publish one archive day.",
)
capture = dg.define_asset_job(
    "capture",
    dg.AssetSelection.groups("crawl", "extract").without_checks()
    | dg.AssetSelection.checks(parse_yield, layout_kept),  # a changed layout is told of within the hour
    description="Fetch what is due from every enabled site into today's archive, and read it: a page says what else is "
    "due, its thread of comments and the stories that its teasers lead to.",
)
refresh = dg.define_asset_job(
    "refresh",
    _FROM_THE_ARCHIVE,
    description="Read what the archive day holds, classify, compute, and publish the DuckDB file and the report.",
)
publish = dg.define_asset_job(
    "publish",
    dg.AssetSelection.groups("publish"),
    description="Make the DuckDB file and the report anew from the lake as it is: after a change in sql/ or the "
    "report, or when publishing alone had failed.",
)
backfill = dg.define_asset_job(
    "backfill",
    _FROM_THE_ARCHIVE,
    tags={"dagster/priority": "-1"},  # whatever the schedules start goes before it
    description="Refresh a range of archive days as one run: after an import, a new version, or days without a "
    "refresh. What this version has read before is not read again.",
)
retain = dg.define_asset_job(
    "retain",
    dg.AssetSelection.assets("retention"),
    description="Remove from the archive what was kept long enough or was erased.",
)


@dg.schedule(job=capture, cron_schedule="7 * * * *", execution_timezone="UTC")
def hourly_capture(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Capture into the archive day of the tick, a few minutes past every hour."""
    hour = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"{hour:%Y-%m-%dT%H}", partition_key=f"{hour:%Y-%m-%d}", tags=_RETRIED)


@dg.schedule(job=refresh, cron_schedule="40 23 * * *", execution_timezone="UTC")
def daily_refresh(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Refresh and publish the day that is ending, after its last capture."""
    day = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"{day:%Y-%m-%d}", partition_key=f"{day:%Y-%m-%d}", tags=_RETRIED)


daily_retention = dg.ScheduleDefinition(
    name="daily_retention",
    job=retain,
    cron_schedule="20 0 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Keep what PRIVACY.md promises, every day; on unless switched off.",
)


def _failed_checks(context: dg.RunStatusSensorContext) -> list[str]:
    """What the checks of the run that failed say, each with its asset and name."""
    entries = context.instance.all_logs(context.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    evaluations = [entry.get_dagster_event().asset_check_evaluation_data for entry in entries]
    return [
        f"{found.asset_key.to_user_string()}, {found.check_name}: {found.description}"
        for found in evaluations
        if not found.passed
    ]


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=60)
def failed_runs(context: dg.RunFailureSensorContext) -> None:
    """Log every failed run with its job, partition and error, for whatever watches the daemon's log."""
    run = context.dagster_run
    partition = run.tags.get("dagster/partition", "no partition")
    why = " ".join([context.failure_event.message or "No reason given.", *_failed_checks(context)])
    context.log.error(f"run {run.run_id} of {run.job_name} ({partition}) failed: {why}")


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=60,
)
def warned_checks(context: dg.RunStatusSensorContext) -> None:
    """Log every check that warned in a run that succeeded: a site that changed its layout, went quiet or refuses us."""
    run = context.dagster_run
    for said in _failed_checks(context):
        context.log.warning(f"run {run.run_id} of {run.job_name}: {said}")


JOBS = [everything, capture, refresh, publish, backfill, retain]
SCHEDULES = [hourly_capture, daily_refresh, daily_retention]
SENSORS = [failed_runs, warned_checks]
