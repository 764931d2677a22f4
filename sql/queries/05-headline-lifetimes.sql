-- question: Do clickbait headlines live longer than plain ones?
-- Lifetimes are lower bounds: a headline may have stood before its first and after its last capture.
SELECT
    site,
    CASE WHEN clickbait >= 0.5 THEN 'clickbait' ELSE 'plain' END AS wording,
    count(*) AS headlines,
    median(hours_seen) AS median_hours,
    quantile_cont(hours_seen, 0.9) AS ninth_decile_hours,
    median(hosts) AS median_hosts
FROM marts.travelling_headlines
WHERE clickbait IS NOT NULL
GROUP BY ALL
ORDER BY site, wording;
