-- question: How few readers write most of the comments?
SELECT site, commenters, commenters_by_name, comments, gini, top_10_share, top_1_share, verdict
FROM marts.comment_concentration
ORDER BY gini DESC NULLS LAST, site;
