-- question: What stands beside hard news on each site, by kind of block?
SELECT
    site, kind,
    sum(hosts)::BIGINT AS stories_and_slots,
    sum(share_clickbait * hosts) / nullif(sum(hosts), 0) AS share_clickbait,
    sum(share_tabloid * hosts) / nullif(sum(hosts), 0) AS share_tabloid,
    sum(share_hard * hosts) / nullif(sum(hosts), 0) AS share_hard,
    sum(share_soft * hosts) / nullif(sum(hosts), 0) AS share_soft
FROM marts.beside_hard_news
GROUP BY ALL
ORDER BY share_clickbait DESC;
