-- In which languages readers write, by site.
CREATE VIEW marts.comment_language_shares AS
WITH counted AS (
    SELECT site, coalesce(language, 'unknown') AS told, count(*) AS comments
    FROM core.comment_languages
    GROUP BY ALL
)
SELECT site, told AS language, comments, comments / sum(comments) OVER (PARTITION BY site) AS share
FROM counted;

COMMENT ON VIEW marts.comment_language_shares IS 'In which languages readers write, by site; comment_languages.comment_languages.';
COMMENT ON COLUMN marts.comment_language_shares.site IS 'Site name';
COMMENT ON COLUMN marts.comment_language_shares.language IS 'Language of the text, or unknown [ISO 639-1]';
COMMENT ON COLUMN marts.comment_language_shares.comments IS 'Comments in it [comments]';
COMMENT ON COLUMN marts.comment_language_shares.share IS 'Of the site''s comments with a text [0–1]';
