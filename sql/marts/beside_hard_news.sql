-- What stands beside hard news, slot by slot and day by day, and beside the other stories for comparison.
-- Each story counts once however often it was captured: shares are taken per story first and then averaged.
-- Descriptive: whether a difference is more than chance is in marts.contrasts.
CREATE VIEW marts.beside_hard_news AS
WITH per_host AS (
    SELECT
        site, day, kind, slot, host_id,
        avg(host_hard) >= 0.5 AS is_hard,
        avg(item_clickbait) AS clickbait,
        avg((item_class = 'clickbait')::DOUBLE) AS in_clickbait,
        avg((item_class = 'tabloid')::DOUBLE) AS in_tabloid,
        avg((item_class = 'hard')::DOUBLE) AS in_hard,
        avg((item_class = 'soft')::DOUBLE) AS in_soft
    FROM core.exposures
    WHERE host_hard IS NOT NULL
    GROUP BY ALL
)
SELECT
    site, day, kind, slot,
    count(*) FILTER (is_hard) AS hosts,
    avg(clickbait) FILTER (is_hard) AS clickbait,
    avg(in_clickbait) FILTER (is_hard) AS share_clickbait,
    avg(in_tabloid) FILTER (is_hard) AS share_tabloid,
    avg(in_hard) FILTER (is_hard) AS share_hard,
    avg(in_soft) FILTER (is_hard) AS share_soft,
    count(*) FILTER (NOT is_hard) AS other_hosts,
    avg(clickbait) FILTER (NOT is_hard) AS other_clickbait
FROM per_host
GROUP BY ALL
HAVING count(*) FILTER (is_hard) > 0;

COMMENT ON VIEW marts.beside_hard_news IS 'What stands beside hard news by site, day, block kind and slot, and how much clickbait stands beside the other stories.';
COMMENT ON COLUMN marts.beside_hard_news.site IS 'Site name';
COMMENT ON COLUMN marts.beside_hard_news.day IS 'Day of the captures [UTC]';
COMMENT ON COLUMN marts.beside_hard_news.kind IS 'Kind of the block: related, popular, latest, trending, more, sponsored or inline';
COMMENT ON COLUMN marts.beside_hard_news.slot IS 'Rank in the block, from 1 [rank]';
COMMENT ON COLUMN marts.beside_hard_news.hosts IS 'Hard-news stories (hard at least 0.5) with an item in that slot [articles]';
COMMENT ON COLUMN marts.beside_hard_news.clickbait IS 'Mean clickbait probability of the items beside them [0–1]';
COMMENT ON COLUMN marts.beside_hard_news.share_clickbait IS 'Share of those items in class clickbait [0–1]';
COMMENT ON COLUMN marts.beside_hard_news.share_tabloid IS 'Share of those items in class tabloid [0–1]';
COMMENT ON COLUMN marts.beside_hard_news.share_hard IS 'Share of those items in class hard [0–1]';
COMMENT ON COLUMN marts.beside_hard_news.share_soft IS 'Share of those items in class soft [0–1]';
COMMENT ON COLUMN marts.beside_hard_news.other_hosts IS 'Other stories (hard below 0.5) with an item in that slot [articles]';
COMMENT ON COLUMN marts.beside_hard_news.other_clickbait IS 'Mean clickbait probability of the items beside the other stories [0–1]';
