-- question: Which lists are the same on many pages of a site, and so say nothing about the story they stand beside?
SELECT
    blocks.site, blocks.kind, blocks.heading, blocks.content_hash, blocks.n_items,
    count(DISTINCT articles.article_id) AS stories
FROM core.blocks
JOIN core.articles ON articles.capture_id = blocks.capture_id
GROUP BY ALL
HAVING stories > 1
ORDER BY stories DESC, blocks.content_hash
LIMIT 50;
