-- question: How many comments disappear after they were seen, and on which topics?
-- Only comments that a later reading tells of can show it; see followed.
SELECT site, topic, stories, followed, removed, share_removed, edited
FROM marts.comment_removals
WHERE followed > 0
ORDER BY share_removed DESC, site, topic;
