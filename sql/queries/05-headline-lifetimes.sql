-- question: Do clickbait headlines live longer than plain ones?
-- A capture knows an interval and never a moment: the share still standing after some hours lies between two bounds.
SELECT site, hours, wording, headlines, gone, standing_low, standing_high
FROM marts.lifetimes
ORDER BY site, hours, wording;
