"""How fast one site is asked in one run: when the next request may leave, and when nothing more is asked.

Pure bookkeeping over times in seconds of any steady clock: it sleeps nowhere and asks nobody. Who waits and asks is
`pipelines.crawl.politeness`.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_PER_LATENCY: Final = 4.0  # the delay is at least this many times what the site takes to answer
_MOST_PER_LEAST: Final = 10.0  # and at most this many times the least delay
_SMOOTHING: Final = 0.3  # weight of the newest latency in their moving average, while they fall; a rise counts at once
_REFUSALS: Final = 6  # in a row, and the site is left alone for this run
PATIENCE: Final = 600.0  # seconds; a site that asks for more between two requests is left to a later run


@dataclass(slots=True)
class Pace:
    """The pace of one site. `least` is the configured delay between the beginnings of two requests, in seconds.

    The delay follows the site's latency, so that a site under load is asked less. After a refusal it doubles with every
    further one in a row, and is never shorter than the site asks for. `stopped` says why the site is left alone for
    the rest of the run; null while it is not.
    """

    least: float
    stopped: str | None = field(default=None, init=False)
    _latency: float | None = field(default=None, init=False)
    _refusals: int = field(default=0, init=False)
    _sent: float | None = field(default=None, init=False)
    _not_before: float = field(default=float("-inf"), init=False)

    @property
    def delay(self) -> float:
        """Seconds from one request to the next while the site answers."""
        return max(self.least, min(_PER_LATENCY * (self._latency or 0.0), _MOST_PER_LEAST * self.least))

    def wait(self, now: float) -> float:
        """Seconds until the next request may leave."""
        due = self._not_before if self._sent is None else max(self._sent + self.delay, self._not_before)
        return max(0.0, due - now)

    def slow_down(self, delay: float) -> None:
        """Keep a delay that robots.txt asks for, where it is larger than ours."""
        self.least = max(self.least, delay)
        if delay > PATIENCE:
            self.stopped = f"robots.txt asks for {delay:g} s between requests"

    def sent(self, now: float) -> None:
        """Note that a request leaves."""
        self._sent = now

    def answered(self, now: float) -> None:
        """Note that the request that was sent last got its whole answer."""
        latency = now - (now if self._sent is None else self._sent)
        known = latency if self._latency is None else self._latency
        self._latency = max(latency, known + _SMOOTHING * (latency - known))
        self._refusals = 0

    def refused(self, now: float, reason: str, retry_after: float | None = None) -> None:
        """Note that the site asked us to wait (`retry_after` seconds, where it says how long) or gave no answer."""
        self._refusals += 1
        self._not_before = now + max(min(self.delay * 2**self._refusals, PATIENCE), retry_after or 0.0)
        if retry_after is not None and retry_after > PATIENCE:
            self.stopped = f"{reason}, to be asked again in {retry_after:.0f} s"
        elif self._refusals >= _REFUSALS:
            self.stopped = f"{reason}, {self._refusals} times in a row"


def retry_after(value: str, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks to wait (RFC 9110 10.2.3); None when it says nothing readable."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        time = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, (time.replace(tzinfo=time.tzinfo or UTC) - now).total_seconds())
