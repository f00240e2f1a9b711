-- Payouts that the wallet desk refused, from the beginning of the topic to its end.
SELECT referenceId, rejection, completedAt
FROM settlement_completions
WHERE kind = 'PAYOUT' AND outcome = 'REJECTED';
