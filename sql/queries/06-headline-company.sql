-- question: Which headlines keep each other's company?
-- Pairs seen in a single block say little: two at least.
SELECT site, headline_a, headline_b, blocks, lift, npmi, clickbait_a, clickbait_b
FROM marts.headline_company
WHERE blocks >= 2
ORDER BY npmi DESC, blocks DESC, target_a, target_b
LIMIT 50;
