-- How exposure differs by slot: the clickbait in each place of a block, beside hard news and beside the rest.
-- Each story counts once however often it was captured: means are taken per story first and then averaged.
CREATE VIEW marts.slot_profile AS
WITH per_host AS (
    SELECT site, kind, slot, host_id, avg(host_hard) >= 0.5 AS is_hard, avg(item_clickbait) AS clickbait
    FROM core.exposures
    WHERE host_hard IS NOT NULL
    GROUP BY ALL
)
SELECT
    site, kind, slot,
    count(*) FILTER (is_hard) AS hosts_hard,
    count(*) FILTER (NOT is_hard) AS hosts_soft,
    avg(clickbait) FILTER (is_hard) AS clickbait_hard,
    avg(clickbait) FILTER (NOT is_hard) AS clickbait_soft,
    clickbait_hard - clickbait_soft AS difference
FROM per_host
GROUP BY ALL;

COMMENT ON VIEW marts.slot_profile IS 'Clickbait in each slot of a block, beside hard news and beside the rest.';
COMMENT ON COLUMN marts.slot_profile.site IS 'Site name';
COMMENT ON COLUMN marts.slot_profile.kind IS 'Kind of the block';
COMMENT ON COLUMN marts.slot_profile.slot IS 'Rank in the block, from 1 [rank]';
COMMENT ON COLUMN marts.slot_profile.hosts_hard IS 'Hard-news stories with an item in that slot [articles]';
COMMENT ON COLUMN marts.slot_profile.hosts_soft IS 'Other stories with an item in that slot [articles]';
COMMENT ON COLUMN marts.slot_profile.clickbait_hard IS 'Mean clickbait probability beside hard news [0–1]';
COMMENT ON COLUMN marts.slot_profile.clickbait_soft IS 'Mean clickbait probability beside other stories [0–1]';
COMMENT ON COLUMN marts.slot_profile.difference IS 'clickbait_hard − clickbait_soft [−1–1]';
