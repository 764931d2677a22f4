-- For the operator: what was asked of each site each day, what came back and what the extraction made of it.
CREATE VIEW marts.crawl_health AS
WITH received AS (
    SELECT
        captures.site, captures.day,
        count(*) AS captures,
        count(*) FILTER (captures.status >= 400) AS errors,
        sum(captures.body_bytes)::BIGINT AS bytes,
        count(pages.capture_id) AS pages,
        count(*) FILTER (pages.outcome = 'article') AS articles,
        count(*) FILTER (pages.outcome = 'list') AS lists,
        count(*) FILTER (pages.outcome = 'empty') AS empty,
        count(*) FILTER (pages.outcome = 'failed') AS failed,
        count(*) FILTER (pages.outcome = 'article' AND pages.title IS NULL) AS untitled,
        coalesce(sum(pages.n_blocks), 0)::BIGINT AS blocks,
        coalesce(sum(pages.n_items), 0)::BIGINT AS items,
        coalesce(sum(pages.n_comments), 0)::BIGINT AS comments
    FROM core.captures
    LEFT JOIN core.pages ON pages.capture_id = captures.capture_id
    GROUP BY ALL
),
asked AS (
    SELECT
        site, started_at::DATE AS day,
        count(*) AS crawls,
        sum(discovered)::BIGINT AS discovered,
        sum(refused_by_robots)::BIGINT AS refused_by_robots,
        sum(failed)::BIGINT AS failed_requests
    FROM core.crawl_reports
    GROUP BY ALL
)
SELECT
    coalesce(received.site, asked.site) AS site,
    coalesce(received.day, asked.day) AS day,
    coalesce(asked.crawls, 0) AS crawls,
    asked.discovered, asked.refused_by_robots, asked.failed_requests,
    coalesce(received.captures, 0) AS captures,
    coalesce(received.errors, 0) AS errors,
    coalesce(received.bytes, 0) AS bytes,
    coalesce(received.pages, 0) AS pages,
    coalesce(received.articles, 0) AS articles,
    coalesce(received.lists, 0) AS lists,
    coalesce(received.empty, 0) AS empty,
    coalesce(received.failed, 0) AS failed,
    coalesce(received.untitled, 0) AS untitled,
    (received.articles + received.lists) / nullif(received.pages, 0) AS parse_yield,
    coalesce(received.blocks, 0) AS blocks,
    coalesce(received.items, 0) AS items,
    coalesce(received.comments, 0) AS comments
FROM received
FULL JOIN asked ON asked.site = received.site AND asked.day = received.day;

COMMENT ON VIEW marts.crawl_health IS 'What was asked of each site each day, what came back and what the extraction made of it.';
COMMENT ON COLUMN marts.crawl_health.site IS 'Site name';
COMMENT ON COLUMN marts.crawl_health.day IS 'Day of the captures, or of the crawl''s start [UTC]';
COMMENT ON COLUMN marts.crawl_health.crawls IS 'Crawls of the site begun that day; 0 for imported files [crawls]';
COMMENT ON COLUMN marts.crawl_health.discovered IS 'Addresses learnt of; null without a crawl [addresses]';
COMMENT ON COLUMN marts.crawl_health.refused_by_robots IS 'Addresses that robots.txt forbids; null without a crawl [addresses]';
COMMENT ON COLUMN marts.crawl_health.failed_requests IS 'Requests without a response; null without a crawl [requests]';
COMMENT ON COLUMN marts.crawl_health.captures IS 'Responses archived [captures]';
COMMENT ON COLUMN marts.crawl_health.errors IS 'Of those, HTTP status 400 and above [captures]';
COMMENT ON COLUMN marts.crawl_health.bytes IS 'Length of the decoded bodies [bytes]';
COMMENT ON COLUMN marts.crawl_health.pages IS 'HTML pages read [captures]';
COMMENT ON COLUMN marts.crawl_health.articles IS 'Pages with a story [captures]';
COMMENT ON COLUMN marts.crawl_health.lists IS 'Pages with teasers and no story [captures]';
COMMENT ON COLUMN marts.crawl_health.empty IS 'Pages with neither [captures]';
COMMENT ON COLUMN marts.crawl_health.failed IS 'Pages that could not be read [captures]';
COMMENT ON COLUMN marts.crawl_health.untitled IS 'Stories without a title [captures]';
COMMENT ON COLUMN marts.crawl_health.parse_yield IS '(articles + lists) / pages; null without a page [0–1]';
COMMENT ON COLUMN marts.crawl_health.blocks IS 'Teaser blocks found [blocks]';
COMMENT ON COLUMN marts.crawl_health.items IS 'Teasers found [items]';
COMMENT ON COLUMN marts.crawl_health.comments IS 'Comments standing in the pages [comments]';
