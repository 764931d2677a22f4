-- question: Which stories are asked for in vain, and why?
SELECT site, url, count(*) AS failures, max(failed_at) AS last_failed_at, arg_max(reason, failed_at) AS last_reason
FROM core.crawl_failures
GROUP BY site, url
ORDER BY failures DESC, last_failed_at DESC, site, url;
