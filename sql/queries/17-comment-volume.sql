-- question: Which topics do readers comment on, day by day?
SELECT site, topic, hour::DATE AS day, sum(comments)::BIGINT AS comments, sum(replies)::BIGINT AS replies
FROM marts.comment_volume
GROUP BY ALL
ORDER BY site, day, comments DESC, topic;
