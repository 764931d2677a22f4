-- question: Beside which topics does clickbait or tabloid stand more often than its share on the site would let expect?
-- Cells with an expectation below five are left out: their lift jumps about.
SELECT site, host_topic, item_class, exposures, expected, lift
FROM marts.topic_matrix
WHERE item_class IN ('clickbait', 'tabloid') AND expected >= 5
ORDER BY lift DESC;
