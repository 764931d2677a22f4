-- question: Which headlines keep each other's company more often than chance?
-- With q below 0.1 at most a tenth of the pairs listed are expected to be chance; fewer showings than that cannot tell.
SELECT site, headline_a, headline_b, blocks, expected, lift, npmi, q, community, clickbait_a, clickbait_b
FROM marts.headline_company
ORDER BY q NULLS LAST, blocks DESC, target_a, target_b
LIMIT 50;
