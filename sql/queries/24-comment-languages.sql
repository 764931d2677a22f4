-- question: In which languages do readers comment?
SELECT site, language, comments, share
FROM marts.comment_language_shares
ORDER BY site, comments DESC, language;
