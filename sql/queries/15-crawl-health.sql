-- question: How did each site do each day: crawled, answered, read?
FROM marts.crawl_health ORDER BY day DESC, site;
