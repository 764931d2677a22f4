-- Comments that say nearly the same as another, within one thread or across threads, by site. No text and no commenter.
CREATE VIEW marts.repeated_comments AS
WITH repeated AS (
    SELECT
        site,
        CASE WHEN stories > 1 THEN 'across threads' ELSE 'within a thread' END AS scope,
        count(DISTINCT group_id) AS groups,
        count(*) AS comments,
        max(comments) AS largest_group,
        count(DISTINCT group_id) FILTER (commenters = 1) AS groups_of_one_commenter
    FROM core.comment_repetitions
    GROUP BY ALL
),
everything AS (
    SELECT site, count(*) AS comments FROM core.comment_history GROUP BY ALL
)
SELECT
    repeated.site, repeated.scope, repeated.groups, repeated.comments, repeated.largest_group,
    repeated.groups_of_one_commenter,
    repeated.comments / nullif(everything.comments, 0) AS share
FROM repeated
JOIN everything ON everything.site = repeated.site;

COMMENT ON VIEW marts.repeated_comments IS 'By site: comments that say nearly the same as another, within a thread and across threads; comment_repetition.comment_repetitions.';
COMMENT ON COLUMN marts.repeated_comments.site IS 'Site name';
COMMENT ON COLUMN marts.repeated_comments.scope IS 'within a thread, or across threads where the group stands under several stories';
COMMENT ON COLUMN marts.repeated_comments.groups IS 'Groups of comments that say nearly the same [groups]';
COMMENT ON COLUMN marts.repeated_comments.comments IS 'Comments in them [comments]';
COMMENT ON COLUMN marts.repeated_comments.largest_group IS 'Comments in the largest [comments]';
COMMENT ON COLUMN marts.repeated_comments.groups_of_one_commenter IS 'Groups that one author key wrote alone [groups]';
COMMENT ON COLUMN marts.repeated_comments.share IS 'comments / all comments of the site [0–1]';
