-- question: Beside which topics does clickbait or tabloid stand more often than its share on the site would let expect?
-- The site `all` is all of them together, each compared within itself.
-- A cell without a p-value rests on too few stories to tell; a q below 0.1 keeps false findings to a tenth of those read.
SELECT site, host_topic, item_class, exposures, hosts, expected, lift, residual, p, q
FROM marts.topic_matrix
WHERE item_class IN ('clickbait', 'tabloid') AND p IS NOT NULL
ORDER BY q, lift DESC, site, host_topic, item_class;
