-- question: How did each crawl of each site go: due, fetched, refused, failed, left, read?
-- What came in without a crawl that reported (imported files, killed crawls) has a row a day and no time.
SELECT
    site, day, strftime(started_at, '%H:%M') AS at_utc, due, responses, not_modified, refused_by_robots AS refused,
    failed_requests AS failed, "left", stopped, traps, articles, lists, empty, parse_yield
FROM marts.crawl_report
ORDER BY day DESC, started_at DESC, site;
