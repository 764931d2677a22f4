-- question: How do a newsroom's own numbers go with the comments that its stories get?
-- After `yanyana import-engagement FILE`; the latest value of each metric, beside the comments read.
WITH latest AS (
    SELECT article_id, metric, arg_max(value, observed_at) AS value
    FROM core.observations
    WHERE starts_with(source, 'analytics ')
    GROUP BY ALL
)
SELECT
    threads.site, latest.metric,
    count(*) AS stories,
    median(latest.value) AS median_value,
    median(threads.comments) AS median_comments,
    corr(ln(1 + latest.value), ln(1 + threads.comments)) AS correlation_of_logarithms
FROM latest
JOIN marts.thread_measures AS threads ON threads.article_id = latest.article_id
GROUP BY ALL
ORDER BY threads.site, latest.metric;
