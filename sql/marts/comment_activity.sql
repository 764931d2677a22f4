-- What readers comment on, and what stood beside it: one row a story. No comment's text and no commenter.
-- A platform's own count and what stands in its pages disagree: both are given.
CREATE VIEW marts.comment_activity AS
WITH stories AS (
    SELECT DISTINCT ON (articles.article_id)
        articles.article_id, articles.site, articles.title, articles.headline_id, articles.section, articles.published_at
    FROM core.articles
    JOIN core.captures ON captures.capture_id = articles.capture_id
    ORDER BY articles.article_id, captures.captured_at DESC
),
sections AS (
    SELECT
        articles.article_id,
        bool_or(comment_sections.present) AS has_section,
        arg_max(comment_sections.claimed_count, captures.captured_at) AS claimed_count
    FROM core.comment_sections
    JOIN core.articles ON articles.capture_id = comment_sections.capture_id
    JOIN core.captures ON captures.capture_id = comment_sections.capture_id
    GROUP BY ALL
),
latest_comments AS (
    SELECT DISTINCT ON (comments.comment_id)
        comments.comment_id, comments.article_id, comments.parent_id, comments.author_key, comments.created_at,
        comments.likes, length(comments.text) AS characters
    FROM core.comments
    JOIN core.captures ON captures.capture_id = comments.capture_id
    ORDER BY comments.comment_id, captures.captured_at DESC
),
discussions AS (
    SELECT
        article_id,
        count(*) AS comments,
        count(DISTINCT author_key) AS commenters,
        count(parent_id) AS replies,
        sum(likes)::BIGINT AS likes,
        avg(characters) AS mean_characters,
        min(created_at) AS first_comment,
        max(created_at) AS last_comment
    FROM latest_comments
    GROUP BY ALL
),
beside AS (
    SELECT host_id, count(DISTINCT target_id) AS items_beside, avg(item_clickbait) AS clickbait_beside
    FROM core.exposures
    GROUP BY ALL
)
SELECT
    stories.site, stories.article_id, stories.title, stories.section, headlines.topic, headlines.hard,
    stories.published_at,
    coalesce(sections.has_section, false) AS has_section,
    sections.claimed_count,
    coalesce(discussions.comments, 0) AS comments,
    coalesce(discussions.commenters, 0) AS commenters,
    coalesce(discussions.replies, 0) AS replies,
    discussions.likes, discussions.mean_characters, discussions.first_comment, discussions.last_comment,
    coalesce(beside.items_beside, 0) AS items_beside,
    beside.clickbait_beside
FROM stories
LEFT JOIN core.headlines ON headlines.headline_id = stories.headline_id
LEFT JOIN sections ON sections.article_id = stories.article_id
LEFT JOIN discussions ON discussions.article_id = stories.article_id
LEFT JOIN beside ON beside.host_id = stories.article_id;

COMMENT ON VIEW marts.comment_activity IS 'What readers comment on and what stood beside it, one row a story, without any comment''s text or author.';
COMMENT ON COLUMN marts.comment_activity.site IS 'Site name';
COMMENT ON COLUMN marts.comment_activity.article_id IS 'The story; joins core.articles [32 hex digits]';
COMMENT ON COLUMN marts.comment_activity.title IS 'Headline above the story in its latest capture';
COMMENT ON COLUMN marts.comment_activity.section IS 'Section the site files the story under';
COMMENT ON COLUMN marts.comment_activity.topic IS 'IPTC Media Topics top-level slug [slug]';
COMMENT ON COLUMN marts.comment_activity.hard IS 'Probability that the story is hard news [0–1]';
COMMENT ON COLUMN marts.comment_activity.published_at IS 'First publication [UTC]';
COMMENT ON COLUMN marts.comment_activity.has_section IS 'A comment section was seen in some capture';
COMMENT ON COLUMN marts.comment_activity.claimed_count IS 'Comments the page last said there are; null when it never said [comments]';
COMMENT ON COLUMN marts.comment_activity.comments IS 'Distinct comments read in all captures [comments]';
COMMENT ON COLUMN marts.comment_activity.commenters IS 'Distinct commenters of those, where the page tells them apart [commenters]';
COMMENT ON COLUMN marts.comment_activity.replies IS 'Those that answer another comment [comments]';
COMMENT ON COLUMN marts.comment_activity.likes IS 'Likes on them in their latest capture; null when none are shown [votes]';
COMMENT ON COLUMN marts.comment_activity.mean_characters IS 'Mean length of a comment [characters]';
COMMENT ON COLUMN marts.comment_activity.first_comment IS 'When the earliest was written [UTC]';
COMMENT ON COLUMN marts.comment_activity.last_comment IS 'When the latest was written [UTC]';
COMMENT ON COLUMN marts.comment_activity.items_beside IS 'Distinct stories in the teasers beside it [articles]';
COMMENT ON COLUMN marts.comment_activity.clickbait_beside IS 'Mean clickbait probability of the teasers beside it [0–1]';
