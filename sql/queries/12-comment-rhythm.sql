-- question: At which hour of the day, by the readers' clock, are comments written?
-- Only comments whose source stated an offset from UTC have a local hour.
SELECT
    site,
    hour(created_at + to_minutes(created_offset)) AS local_hour,
    count(DISTINCT comment_id) AS comments
FROM core.comments
WHERE created_at IS NOT NULL AND created_offset IS NOT NULL
GROUP BY ALL
ORDER BY site, local_hour;
