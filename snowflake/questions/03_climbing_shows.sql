-- Which shows climbed most on the last whole day?
-- The trend of each show against the day before; a show that was not watched then has none.
SELECT t.SHOW_NAME, c.CHANNEL_NAME, t.DAY_RANK, t.PREVIOUS_RANK, t.RANK_CHANGE, t.MINUTES_CHANGE
FROM ANALYTICS.SHOW_TRENDS AS t
JOIN ANALYTICS.DIM_CHANNEL AS c ON c.CHANNEL_ID = t.CHANNEL_ID
WHERE t.DAY = (SELECT DATEADD('DAY', -1, MAX(DAY)) FROM ANALYTICS.SHOWS) AND t.RANK_CHANGE > 0
ORDER BY t.RANK_CHANGE DESC, t.SHOW_NAME, t.CHANNEL_ID
LIMIT 5
