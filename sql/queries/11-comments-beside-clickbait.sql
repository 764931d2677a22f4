-- question: Do stories with more clickbait beside them get more or fewer comments?
-- A correlation within site and topic, no effect: what is commented on and what is set beside it may share a cause.
SELECT
    site, topic,
    CASE WHEN clickbait_beside >= 0.5 THEN 'mostly clickbait' ELSE 'mostly plain' END AS beside,
    count(*) AS stories,
    avg(comments) AS mean_comments,
    median(comments) AS median_comments
FROM marts.comment_activity
WHERE has_section AND clickbait_beside IS NOT NULL
GROUP BY ALL
ORDER BY site, topic, beside;
