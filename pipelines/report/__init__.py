"""The HTML report and the plots: what people look at when they do not write SQL."""

from pipelines.report.page import ReportError, render

__all__ = ["ReportError", "render"]
