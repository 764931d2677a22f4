-- question: What do readers comment on?
SELECT site, title, topic, greatest(comments, coalesce(claimed_count, 0)) AS comments, commenters, replies, clickbait_beside
FROM marts.comment_activity
WHERE has_section
ORDER BY comments DESC, article_id
LIMIT 50;
