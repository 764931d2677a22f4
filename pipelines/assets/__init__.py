"""Dagster assets, checks, schedules and sensors. Thin: they call the rooms and report what those found.

One module a stage of the flow (crawl, extract, classify, analyse, publish); `checks` guards what they made,
`automation` says when they run, `tables` turns the data dictionary into what the UI shows.
"""
