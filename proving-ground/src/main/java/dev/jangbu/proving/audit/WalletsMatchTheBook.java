package dev.jangbu.proving.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.Fact;
import dev.jangbu.proving.facts.FactGroup;
import dev.jangbu.proving.facts.Facts;
import dev.jangbu.proving.facts.MergeJoin;
import dev.jangbu.proving.facts.SortedFacts;
import dev.jangbu.proving.stack.HttpApi;
import java.io.IOException;
import java.math.BigInteger;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares three sources of a seller's balance: the wallet over HTTP, the account in the ledger, the entries in
 * Kafka.
 */
final class WalletsMatchTheBook implements Invariant {

    private static final String ACCOUNTS = """
            SELECT split_part(account, ':', 2) || ':' || currency AS key, sum(credits) - sum(debits) AS text
              FROM balances
             WHERE account LIKE 'seller:%:payable'
             GROUP BY account, currency
             ORDER BY (split_part(account, ':', 2) || ':' || currency) COLLATE "C"
            """;

    @Override
    public int number() {
        return 6;
    }

    @Override
    public String statement() {
        return "A wallet's balance equals its account's balance and the sum of its entries; its version equals their number";
    }

    @Override
    public void check(AuditSources sources, Violations violations) throws IOException, SQLException {
        try (SortedFacts entries = sources.sortedFacts();
                ExpectedDeadLetters expected = new ExpectedDeadLetters(sources)) {
            sources.topic(
                    Topics.LEDGER_ENTRIES,
                    (record, entry) -> entries.add(entry.getWalletId(), Long.toString(payable(entry))),
                    expected::addUnreadable);
            MergeJoin.join(
                    new Sums(entries.sorted()),
                    sources.ledgerFacts(ACCOUNTS),
                    (walletId, sum, account) -> compare(sources, walletId, sum, account, violations));
            expected.verify(PipelineStage.LEDGER, violations);
        }
    }

    private static void compare(
            AuditSources sources, String walletId, FactGroup sum, FactGroup account, Violations violations)
            throws IOException {
        if (sum.isEmpty()) {
            violations.add("%s has %s in the ledger and no entry in Kafka", walletId, account);
            return;
        }
        int colon = walletId.lastIndexOf(':');
        HttpApi.Response response =
                sources.get("/wallets/" + walletId.substring(0, colon) + "?currency=" + walletId.substring(colon + 1));
        sources.countExamined(1);
        JsonNode wallet = response.body();
        if (response.status() != 200) {
            violations.add("%s cannot be read: %d %s", walletId, response.status(), wallet);
            return;
        }
        String store = wallet.path("balance").asText() + " of "
                + wallet.path("version").asText();
        // If the fees equal the amounts of all entries, the account has no line.
        String booked = account.isEmpty() ? "0" : account.text();
        if (!store.equals(sum.text()) || !store.startsWith(booked + " of ")) {
            // The processor writes wallet and entries in one transaction. The ledger may have unread entries.
            violations.addMissing(
                    store.equals(sum.text())
                            ? Set.of(PipelineStage.WALLET_PROCESSOR, PipelineStage.LEDGER)
                            : Set.of(PipelineStage.WALLET_PROCESSOR),
                    "%s: wallet %s entries, ledger %s, Kafka %s entries",
                    walletId,
                    store,
                    booked,
                    sum.text());
        }
    }

    private static long payable(LedgerEntry entry) {
        String account =
                "seller:" + entry.getWalletId().substring(0, entry.getWalletId().lastIndexOf(':')) + ":payable";
        long moved = 0;
        for (LedgerLine line : entry.getLines()) {
            if (line.getAccount().equals(account)) {
                moved = Math.addExact(moved, line.getSide() == Side.CREDIT ? line.getAmount() : -line.getAmount());
            }
        }
        return moved;
    }

    /** One fact per wallet: the sum and the number of its entries. */
    private static final class Sums implements Facts {

        private final Facts entries;
        private @Nullable Fact head;

        Sums(Facts entries) throws IOException, SQLException {
            this.entries = entries;
            this.head = entries.next();
        }

        @Override
        public @Nullable Fact next() throws IOException, SQLException {
            if (head == null) {
                return null;
            }
            String walletId = head.key();
            BigInteger sum = BigInteger.ZERO;
            long count = 0;
            while (head != null && head.key().equals(walletId)) {
                sum = sum.add(new BigInteger(head.text()).multiply(BigInteger.valueOf(head.count())));
                count += head.count();
                head = entries.next();
            }
            return new Fact(walletId, sum + " of " + count, 1);
        }

        @Override
        public void close() throws IOException, SQLException {
            entries.close();
        }
    }
}
