-- For the operator: what was due on each site in each run, what came back and what the extraction made of it.
CREATE VIEW marts.crawl_report AS
WITH captured AS (
    SELECT
        captures.capture_id, captures.site, captures.day, captures.status, captures.body_bytes,
        -- Imported files belong to no run, nor does what came in by a crawl that was killed before it could report.
        CASE
            WHEN captures.source = 'crawl' AND captures.captured_at <= runs.finished_at THEN runs.run_id
        END AS run_id
    FROM core.captures
    ASOF LEFT JOIN core.crawl_reports AS runs
        ON captures.site = runs.site AND captures.captured_at >= runs.started_at
),
received AS (
    SELECT
        captured.site, captured.run_id,
        min(captured.day) AS day,
        count(*) AS captures,
        count(*) FILTER (captured.status >= 400) AS errors,
        sum(captured.body_bytes)::BIGINT AS body_bytes,
        count(pages.capture_id) AS pages,
        count(*) FILTER (pages.outcome = 'article') AS articles,
        count(*) FILTER (pages.outcome = 'list') AS lists,
        count(*) FILTER (pages.outcome = 'empty') AS empty,
        count(*) FILTER (pages.outcome = 'failed') AS failed,
        count(*) FILTER (pages.outcome = 'article' AND pages.title IS NULL) AS untitled,
        coalesce(sum(pages.n_blocks), 0)::BIGINT AS blocks,
        coalesce(sum(pages.n_items), 0)::BIGINT AS items,
        coalesce(sum(pages.n_comments), 0)::BIGINT AS comments
    FROM captured
    LEFT JOIN core.pages ON pages.capture_id = captured.capture_id
    -- A run is one row, whether or not it goes on past midnight; what belongs to no run is one row a day.
    GROUP BY captured.site, captured.run_id, CASE WHEN captured.run_id IS NULL THEN captured.day END
)
SELECT
    coalesce(runs.site, received.site) AS site,
    coalesce(runs.started_at::DATE, received.day) AS day,
    runs.run_id, runs.started_at, runs.finished_at,
    runs.discovered, runs.due, runs.responses, runs.not_modified,
    runs.refused_by_robots, runs.refusals, runs.failed AS failed_requests, runs.failures,
    runs.bytes, runs.delay, runs.left, runs.oldest_due, runs.oldest_due_since,
    runs.traps, runs.stopped,
    coalesce(received.captures, 0) AS captures,
    coalesce(received.errors, 0) AS errors,
    coalesce(received.body_bytes, 0) AS body_bytes,
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
FROM core.crawl_reports AS runs
FULL JOIN received ON received.site = runs.site AND received.run_id = runs.run_id;

COMMENT ON VIEW marts.crawl_report IS 'What was due on each site in each run, what came back and what the extraction made of it; what belongs to no run (imported files, killed crawls) a row a day.';
COMMENT ON COLUMN marts.crawl_report.site IS 'Site name';
COMMENT ON COLUMN marts.crawl_report.day IS 'Day of the run''s start; without a run, of the captures [UTC]';
COMMENT ON COLUMN marts.crawl_report.run_id IS 'Crawl run; null for imported files and crawls that were killed';
COMMENT ON COLUMN marts.crawl_report.started_at IS 'Start of the run [UTC]';
COMMENT ON COLUMN marts.crawl_report.finished_at IS 'End of the run [UTC]';
COMMENT ON COLUMN marts.crawl_report.discovered IS 'Addresses learnt of that were not known before [addresses]';
COMMENT ON COLUMN marts.crawl_report.due IS 'Addresses that were due, or fell due when they were learnt of [addresses]';
COMMENT ON COLUMN marts.crawl_report.responses IS 'Responses archived, those of robots.txt included [responses]';
COMMENT ON COLUMN marts.crawl_report.not_modified IS 'Of those, answers that nothing has changed (status 304) [responses]';
COMMENT ON COLUMN marts.crawl_report.refused_by_robots IS 'Addresses that robots.txt forbids [addresses]';
COMMENT ON COLUMN marts.crawl_report.refusals IS 'Addresses that robots.txt forbids, by rule [JSON object]';
COMMENT ON COLUMN marts.crawl_report.failed_requests IS 'Requests without a response [requests]';
COMMENT ON COLUMN marts.crawl_report.failures IS 'Requests without a response, by reason [JSON object]';
COMMENT ON COLUMN marts.crawl_report.bytes IS 'Body bytes received, as they were sent [bytes]';
COMMENT ON COLUMN marts.crawl_report.delay IS 'Least delay kept between two requests [seconds]';
COMMENT ON COLUMN marts.crawl_report."left" IS 'Addresses that stay due: the run''s pages were used up, or it was stopped [addresses]';
COMMENT ON COLUMN marts.crawl_report.oldest_due IS 'Of those, the address that fell due first';
COMMENT ON COLUMN marts.crawl_report.oldest_due_since IS 'When it fell due [UTC]';
COMMENT ON COLUMN marts.crawl_report.traps IS 'Addresses not followed, as machines make them up: by reason, with how many and one example [JSON object]';
COMMENT ON COLUMN marts.crawl_report.stopped IS 'Why the site was left alone before the end; null when it was not';
COMMENT ON COLUMN marts.crawl_report.captures IS 'Responses in the tables [captures]';
COMMENT ON COLUMN marts.crawl_report.errors IS 'Of those, HTTP status 400 and above [captures]';
COMMENT ON COLUMN marts.crawl_report.body_bytes IS 'Length of the decoded bodies [bytes]';
COMMENT ON COLUMN marts.crawl_report.pages IS 'HTML pages read [captures]';
COMMENT ON COLUMN marts.crawl_report.articles IS 'Pages with a story [captures]';
COMMENT ON COLUMN marts.crawl_report.lists IS 'Pages with teasers and no story [captures]';
COMMENT ON COLUMN marts.crawl_report.empty IS 'Pages with neither [captures]';
COMMENT ON COLUMN marts.crawl_report.failed IS 'Pages that could not be read [captures]';
COMMENT ON COLUMN marts.crawl_report.untitled IS 'Stories without a title [captures]';
COMMENT ON COLUMN marts.crawl_report.parse_yield IS '(articles + lists) / pages; null without a page [0–1]';
COMMENT ON COLUMN marts.crawl_report.blocks IS 'Teaser blocks found [blocks]';
COMMENT ON COLUMN marts.crawl_report.items IS 'Teasers found [items]';
COMMENT ON COLUMN marts.crawl_report.comments IS 'Comments standing in the pages [comments]';
