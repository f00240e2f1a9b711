-- Rejected payouts with the reason, from the beginning of the topic to its end.
SELECT referenceId, rejection, completedAt
FROM settlement_completions
WHERE kind = 'PAYOUT' AND outcome = 'REJECTED';
