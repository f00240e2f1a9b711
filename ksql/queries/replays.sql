-- Each dead letter that a person sent again: when, who, and why.
SELECT FROM_UNIXTIME(ROWTIME) AS sentAt, deadLetterOffset, originTopic, settlementId, referenceId, replayedBy, reason
FROM settlement_replays;
