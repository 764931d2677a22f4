-- question: Which pages yielded nothing, and why?
SELECT site, outcome, reason, count(*) AS captures, min(url) AS example
FROM marts.parse_failures
GROUP BY ALL
ORDER BY captures DESC, site, reason;
