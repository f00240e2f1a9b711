package dev.jangbu.proving.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.stack.HttpApi;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Three witnesses of what a seller is owed: the wallet store over HTTP, the account in the ledger, the entries in Kafka. */
final class WalletsMatchTheBook implements Invariant {

    private static final String PAYABLES = """
            SELECT split_part(account, ':', 2) AS seller_id, currency, sum(credits) - sum(debits) AS balance
              FROM balances
             WHERE account LIKE 'seller:%:payable'
             GROUP BY account, currency
            """;

    private record Sum(long balance, long entries) {

        Sum plus(Sum other) {
            return new Sum(Math.addExact(balance, other.balance), entries + other.entries);
        }
    }

    @Override
    public int number() {
        return 6;
    }

    @Override
    public String statement() {
        return "A wallet's balance is its account's balance and the sum of its entries";
    }

    @Override
    public void check(Evidence evidence, Breaches breaches) throws IOException, SQLException {
        Map<String, Sum> sums = new HashMap<>();
        evidence.topics()
                .read(Topics.LEDGER_ENTRIES, entry -> sums.merge(entry.getWalletId(), payable(entry), Sum::plus));
        evidence.ledger(PAYABLES, row -> {
            String walletId = row.getString("seller_id") + ":" + row.getString("currency");
            Sum entries = sums.remove(walletId);
            HttpApi.Answer answer = evidence.api()
                    .get("/wallets/" + row.getString("seller_id") + "?currency=" + row.getString("currency"));
            JsonNode wallet = answer.body();
            long account = row.getLong("balance");
            if (entries == null) {
                breaches.add("%s has %d in the ledger and no entry in Kafka", walletId, account);
            } else if (answer.status() != 200) {
                breaches.add("%s can't be read: %d %s", walletId, answer.status(), wallet);
            } else if (wallet.get("balance").asLong() != account
                    || entries.balance() != account
                    || wallet.get("version").asLong() != entries.entries()) {
                breaches.add("%s: wallet %s, ledger %d, entries %s", walletId, wallet, account, entries);
            }
        });
        sums.forEach(
                (walletId, sum) -> breaches.add("%s has entries of %s and no account in the ledger", walletId, sum));
    }

    private static Sum payable(LedgerEntry entry) {
        String seller = entry.getWalletId().substring(0, entry.getWalletId().lastIndexOf(':'));
        long balance = 0;
        for (LedgerLine line : entry.getLines()) {
            if (line.getAccount().equals("seller:" + seller + ":payable")) {
                balance = Math.addExact(balance, line.getSide() == Side.CREDIT ? line.getAmount() : -line.getAmount());
            }
        }
        return new Sum(balance, 1);
    }
}
