-- question: How many of the most clicked, shared or liked stories are not among the most commented?
-- Compare the share with the one by chance: a top fifth drawn at random misses four fifths.
SELECT
    site, metric, stories, most_by_metric, most_commented, in_both,
    not_commented, not_commented_low, not_commented_high, not_commented_by_chance, verdict
FROM marts.engagement_overlap
ORDER BY site, metric;
