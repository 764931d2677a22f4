-- question: How soon, how deep and how much in answer to each other do readers comment, by topic?
SELECT
    site, topic,
    count(*) AS threads,
    median(comments) AS median_comments,
    median(minutes_to_first) AS median_minutes_to_first,
    sum(replies) / nullif(sum(comments), 0) AS reply_ratio,
    max(max_depth) AS deepest
FROM marts.thread_measures
WHERE comments > 0
GROUP BY ALL
ORDER BY site, threads DESC, topic;
