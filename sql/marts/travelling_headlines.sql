-- Which headlines travel: beside how many stories each was shown, and for how long it was seen.
-- A headline is what the teaser shows. A lifetime is seen between captures, so it is a lower bound.
CREATE VIEW marts.travelling_headlines AS
WITH shown AS (
    SELECT
        exposures.site,
        coalesce(exposures.display_id, exposures.headline_id) AS headline_id,
        count(DISTINCT exposures.host_id) AS hosts,
        count(DISTINCT exposures.capture_id) AS captures,
        count(*) AS exposures,
        min(exposures.slot) AS best_slot,
        min(captures.captured_at) AS first_seen,
        max(captures.captured_at) AS last_seen
    FROM core.exposures
    JOIN core.captures ON captures.capture_id = exposures.capture_id
    GROUP BY ALL
)
SELECT
    shown.site, shown.headline_id, headlines.headline, headlines.topic, headlines.hard, headlines.clickbait,
    shown.hosts, shown.captures, shown.exposures, shown.best_slot, shown.first_seen, shown.last_seen,
    date_diff('second', shown.first_seen, shown.last_seen) / 3600 AS hours_seen
FROM shown
JOIN core.headlines ON headlines.headline_id = shown.headline_id;

COMMENT ON VIEW marts.travelling_headlines IS 'Each headline as teasers showed it: beside how many stories, how often, how high and for how long.';
COMMENT ON COLUMN marts.travelling_headlines.site IS 'Site name';
COMMENT ON COLUMN marts.travelling_headlines.headline_id IS 'Hash of site and folded headline; joins core.headlines [32 hex digits]';
COMMENT ON COLUMN marts.travelling_headlines.headline IS 'One spelling of it';
COMMENT ON COLUMN marts.travelling_headlines.topic IS 'IPTC Media Topics top-level slug [slug]';
COMMENT ON COLUMN marts.travelling_headlines.hard IS 'Probability that it is hard news [0–1]';
COMMENT ON COLUMN marts.travelling_headlines.clickbait IS 'Calibrated clickbait probability [0–1]';
COMMENT ON COLUMN marts.travelling_headlines.hosts IS 'Stories beside which it stood [articles]';
COMMENT ON COLUMN marts.travelling_headlines.captures IS 'Captures in which it stood [captures]';
COMMENT ON COLUMN marts.travelling_headlines.exposures IS 'Times it stood beside a story in a capture [exposures]';
COMMENT ON COLUMN marts.travelling_headlines.best_slot IS 'Highest place it had in a block [rank]';
COMMENT ON COLUMN marts.travelling_headlines.first_seen IS 'First capture with it [UTC]';
COMMENT ON COLUMN marts.travelling_headlines.last_seen IS 'Last capture with it [UTC]';
COMMENT ON COLUMN marts.travelling_headlines.hours_seen IS 'Time between the two, at least that long was it shown [hours]';
