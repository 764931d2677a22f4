-- Visible removals: of the comments that a later reading tells of, how many were deleted or are gone. Lower bounds: what
-- is removed before the first reading was never seen, and a comment may go by its writer's own hand.
CREATE VIEW marts.comment_removals AS
SELECT
    site, topic,
    count(*) FILTER (followed > 0) AS stories,
    sum(followed)::BIGINT AS followed,
    sum(removed)::BIGINT AS removed,
    sum(edited)::BIGINT AS edited,
    sum(removed) / nullif(sum(followed), 0) AS share_removed,
    sum(edited) / nullif(sum(followed), 0) AS share_edited
FROM marts.thread_measures
GROUP BY ALL;

COMMENT ON VIEW marts.comment_removals IS 'By site and topic: comments that were deleted, are gone or were edited between two readings; comment_history.comment_history.';
COMMENT ON COLUMN marts.comment_removals.site IS 'Site name';
COMMENT ON COLUMN marts.comment_removals.topic IS 'Topic of the stories, or unknown [slug]';
COMMENT ON COLUMN marts.comment_removals.stories IS 'Stories with a comment that a later reading tells of [articles]';
COMMENT ON COLUMN marts.comment_removals.followed IS 'Comments that a later reading tells of [comments]';
COMMENT ON COLUMN marts.comment_removals.removed IS 'Comments deleted, with a notice left, or gone [comments]';
COMMENT ON COLUMN marts.comment_removals.edited IS 'Comments whose text was found changed [comments]';
COMMENT ON COLUMN marts.comment_removals.share_removed IS 'removed / followed; null where none was followed [0–1]';
COMMENT ON COLUMN marts.comment_removals.share_edited IS 'edited / followed; null where none was followed [0–1]';
