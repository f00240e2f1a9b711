-- Each record that could not be processed, with its place of origin.
SELECT FROM_UNIXTIME(ROWTIME) AS metAt, originTopic, originPartition, originOffset, refusedBy, reason FROM dead_letters;
