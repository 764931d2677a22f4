"""When things run: one job per purpose, the schedules, and the sensor that reports failed runs.

A job's run takes one archive day; the tables over all days are made anew by it.
"""

import dagster as dg

everything = dg.define_asset_job(
    "everything",
    dg.AssetSelection.all(),
    description="The main job: crawl, read, classify, compute and publish one archive day.",
)
capture = dg.define_asset_job(
    "capture",
    dg.AssetSelection.groups("crawl", "extract").without_checks(),
    description="Fetch what is due from every enabled site into today's archive, and read it: a page says what else is "
    "due, its thread of comments and the stories that its teasers lead to.",
)
publish = dg.define_asset_job(
    "publish",
    dg.AssetSelection.all() - dg.AssetSelection.groups("crawl"),
    description="Read what the archive day holds, classify, compute, and publish the DuckDB file and the report.",
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
    return dg.RunRequest(run_key=f"{hour:%Y-%m-%dT%H}", partition_key=f"{hour:%Y-%m-%d}")


@dg.schedule(job=publish, cron_schedule="40 23 * * *", execution_timezone="UTC")
def daily_publish(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Publish the day that is ending, after its last capture."""
    day = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"{day:%Y-%m-%d}", partition_key=f"{day:%Y-%m-%d}")


daily_retention = dg.ScheduleDefinition(
    name="daily_retention",
    job=retain,
    cron_schedule="20 0 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Keep what PRIVACY.md promises, every day; on unless switched off.",
)


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=60)
def failed_runs(context: dg.RunFailureSensorContext) -> None:
    """Log every failed run with its job, partition and error, for whatever watches the daemon's log."""
    run = context.dagster_run
    partition = run.tags.get("dagster/partition", "no partition")
    context.log.error(f"run {run.run_id} of {run.job_name} ({partition}) failed: {context.failure_event.message}")


JOBS = [everything, capture, publish, retain]
SCHEDULES = [hourly_capture, daily_publish, daily_retention]
SENSORS = [failed_runs]
