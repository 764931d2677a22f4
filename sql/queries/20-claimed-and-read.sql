-- question: How far do the counts that pages and platforms claim differ from what can be read?
SELECT
    site, platform,
    count(*) AS readings,
    avg(complete::INTEGER) AS share_complete,
    sum(claimed_by_page)::BIGINT AS claimed_by_page,
    sum(claimed_by_platform)::BIGINT AS claimed_by_platform,
    sum(enumerated)::BIGINT AS enumerated,
    median(claimed_by_page - enumerated) AS median_gap_to_page,
    median(claimed_by_platform - enumerated) AS median_gap_to_platform
FROM core.thread_reads
GROUP BY ALL
ORDER BY site, platform;
