-- question: What stands beside hard news on each site, by kind of block?
-- Shares of each class among the teasers in `places`: slots beside a story, once a day however often it was captured.
SELECT
    site, kind,
    sum(hosts)::BIGINT AS places,
    sum(share_clickbait * hosts) / nullif(sum(hosts), 0) AS clickbait,
    sum(share_tabloid * hosts) / nullif(sum(hosts), 0) AS tabloid,
    sum(share_hard * hosts) / nullif(sum(hosts), 0) AS hard,
    sum(share_soft * hosts) / nullif(sum(hosts), 0) AS soft
FROM marts.beside_hard_news
GROUP BY ALL
ORDER BY clickbait DESC, site, kind;
