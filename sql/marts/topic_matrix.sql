-- marts.cooccurrence over all days: observed and expected are summed, so that each day keeps its own margins.
CREATE VIEW marts.topic_matrix AS
SELECT
    site, host_topic, item_class,
    sum(exposures)::BIGINT AS exposures,
    sum(expected) AS expected,
    sum(exposures) / nullif(sum(expected), 0) AS lift,
    count(DISTINCT day) AS days
FROM marts.cooccurrence
GROUP BY ALL;

COMMENT ON VIEW marts.topic_matrix IS 'How often items of a class stand beside stories of a topic, over all days, against independence within each site and day.';
COMMENT ON COLUMN marts.topic_matrix.site IS 'Site name';
COMMENT ON COLUMN marts.topic_matrix.host_topic IS 'Topic of the host stories, or unknown [slug]';
COMMENT ON COLUMN marts.topic_matrix.item_class IS 'clickbait, tabloid, hard, soft or unknown';
COMMENT ON COLUMN marts.topic_matrix.exposures IS 'Targets beside hosts, each once a day however often captured [pairs]';
COMMENT ON COLUMN marts.topic_matrix.expected IS 'The same, expected if class and topic were independent within site and day [pairs]';
COMMENT ON COLUMN marts.topic_matrix.lift IS 'exposures / expected [ratio]';
COMMENT ON COLUMN marts.topic_matrix.days IS 'Days with such exposures [days]';
