-- question: Do stories with more clickbait beside them have more comments at the same age, and how sure is that?
-- A correlation of ranks within site, topic and day, no effect; the verdict says when nothing can be told, and why.
SELECT site, age_hours, correlation, correlation_low, correlation_high, p, q, n_articles, strata_compared, verdict
FROM marts.comment_association
ORDER BY site <> 'all', site, age_hours;
