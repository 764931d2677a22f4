-- question: How did each crawl of each site go: due, fetched, refused, failed, left, read?
FROM marts.crawl_report ORDER BY day DESC, started_at DESC, site;
