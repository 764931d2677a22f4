-- question: Which addresses cannot be fetched, and why?
SELECT
    site, url, count(*) AS tries, max(failed_at) AS last_tried_at,
    bool_or(robots) AS forbidden_by_robots, arg_max(reason, failed_at) AS last_reason
FROM core.crawl_failures
GROUP BY site, url
ORDER BY tries DESC, last_tried_at DESC, site, url;
