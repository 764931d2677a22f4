-- question: What happened to comments between two readings, and when?
SELECT site, seen_at::DATE AS day, event, count(*) AS comments
FROM core.comment_events
GROUP BY ALL
ORDER BY site, day, event;
