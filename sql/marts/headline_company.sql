-- The pairs of marts.headline_pairs to read: with how much clickbait either side is.
CREATE VIEW marts.headline_company AS
WITH stories AS (
    SELECT site, target_id, avg(item_clickbait) AS clickbait
    FROM core.exposures
    GROUP BY ALL
)
SELECT
    pairs.site, pairs.headline_a, pairs.headline_b, pairs.blocks, pairs.blocks_a, pairs.blocks_b,
    pairs.support, pairs.expected, pairs.lift, pairs.npmi, pairs.p, pairs.q, pairs.community,
    a.clickbait AS clickbait_a, b.clickbait AS clickbait_b,
    pairs.target_a, pairs.target_b
FROM marts.headline_pairs AS pairs
LEFT JOIN stories AS a ON a.site = pairs.site AND a.target_id = pairs.target_a
LEFT JOIN stories AS b ON b.site = pairs.site AND b.target_id = pairs.target_b;

COMMENT ON VIEW marts.headline_company IS 'Headlines that keep each other''s company: two stories in one block, and how much clickbait either is.';
COMMENT ON COLUMN marts.headline_company.site IS 'Site name';
COMMENT ON COLUMN marts.headline_company.headline_a IS 'A headline of the first story';
COMMENT ON COLUMN marts.headline_company.headline_b IS 'A headline of the second story';
COMMENT ON COLUMN marts.headline_company.blocks IS 'Blocks in which both stand [blocks]';
COMMENT ON COLUMN marts.headline_company.blocks_a IS 'Blocks in which the first stands [blocks]';
COMMENT ON COLUMN marts.headline_company.blocks_b IS 'Blocks in which the second stands [blocks]';
COMMENT ON COLUMN marts.headline_company.support IS 'blocks / all blocks of the site [0–1]';
COMMENT ON COLUMN marts.headline_company.expected IS 'Blocks in which both would stand by chance [blocks]';
COMMENT ON COLUMN marts.headline_company.lift IS 'blocks / expected [ratio]';
COMMENT ON COLUMN marts.headline_company.npmi IS 'Normalised pointwise mutual information: 0 independent, 1 never apart [−1–1]';
COMMENT ON COLUMN marts.headline_company.p IS 'One-sided p-value: together more often than by chance [0–1]';
COMMENT ON COLUMN marts.headline_company.q IS 'p adjusted for the false discovery rate over all pairs of the site [0–1]';
COMMENT ON COLUMN marts.headline_company.community IS 'Group of stories that such pairs tie together; null for none [number]';
COMMENT ON COLUMN marts.headline_company.clickbait_a IS 'Mean clickbait probability of the first, as shown beside stories [0–1]';
COMMENT ON COLUMN marts.headline_company.clickbait_b IS 'Mean clickbait probability of the second, as shown beside stories [0–1]';
COMMENT ON COLUMN marts.headline_company.target_a IS 'The first story; joins core.articles.article_id where it was captured [32 hex digits]';
COMMENT ON COLUMN marts.headline_company.target_b IS 'The second story; joins core.articles.article_id where it was captured [32 hex digits]';
