-- question: How fast do comments come after publication, by topic?
-- Each hour rests on the stories that were read after it; mind their number where it falls.
SELECT site, topic, age, stories, comments, per_story
FROM marts.comment_velocity
WHERE age < 24
ORDER BY site, topic, age;
