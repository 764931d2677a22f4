-- question: How often is the same comment posted again, in one thread or under several stories?
SELECT site, scope, groups, comments, largest_group, groups_of_one_commenter, share
FROM marts.repeated_comments
ORDER BY share DESC, site, scope;
