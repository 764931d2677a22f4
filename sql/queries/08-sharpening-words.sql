-- question: Which words do cards add to headlines most often?
SELECT site, word, count(DISTINCT target_id) AS stories, avg(sharpening) AS mean_sharpening
FROM (SELECT site, target_id, sharpening, unnest(words_added) AS word FROM marts.sharpened_headlines)
GROUP BY ALL
ORDER BY stories DESC, word, site
LIMIT 50;
