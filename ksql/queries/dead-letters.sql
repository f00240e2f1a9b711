-- The dead letters with their origin and reason.
SELECT FROM_UNIXTIME(ROWTIME) AS metAt, originTopic, originPartition, originOffset, refusedBy, reason FROM dead_letters;
