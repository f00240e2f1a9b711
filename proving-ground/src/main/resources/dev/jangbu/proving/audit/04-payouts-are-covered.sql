-- A payout is covered by the wallet's balance and applies to the wallet version that it expects
--
-- A row is a payout that left less than nothing in its wallet, or was decided on another version of it.

SELECT concat('payout ', reference_id, ' leaves ', balance_after, ' in the wallet: it was not covered') AS violation
  FROM journals
 WHERE kind = 'PAYOUT' AND balance_after < 0
 ORDER BY reference_id;

SELECT concat('payout ', p.id, ' expects version ', p.expected_version, ' of the wallet and made version ',
              j.wallet_version) AS violation
  FROM payouts p
  JOIN journals j ON j.kind = 'PAYOUT' AND j.reference_id = p.id
 WHERE p.expected_version <> j.wallet_version - 1
 ORDER BY p.id;
