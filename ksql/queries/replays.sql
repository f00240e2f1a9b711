-- Replayed dead letters: time, operator and reason.
SELECT FROM_UNIXTIME(ROWTIME) AS sentAt, deadLetterOffset, originTopic, settlementId, referenceId, replayedBy, reason
FROM settlement_replays;
