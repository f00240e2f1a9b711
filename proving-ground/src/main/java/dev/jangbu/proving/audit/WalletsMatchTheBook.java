package dev.jangbu.proving.audit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.contract.LedgerEntry;
import dev.jangbu.contract.LedgerLine;
import dev.jangbu.contract.Side;
import dev.jangbu.contract.Topics;
import dev.jangbu.proving.facts.Fact;
import dev.jangbu.proving.facts.Facts;
import dev.jangbu.proving.facts.Merge;
import dev.jangbu.proving.facts.Said;
import dev.jangbu.proving.facts.SortedFacts;
import dev.jangbu.proving.stack.HttpApi;
import java.io.IOException;
import java.math.BigInteger;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Three witnesses of what a seller is owed: the wallet store over HTTP, the account in the ledger, the entries in Kafka. */
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
        return "A wallet's balance is its account's balance and the sum of its entries, and its version is their number";
    }

    @Override
    public void check(Evidence evidence, Violations breaches) throws IOException, SQLException {
        try (SortedFacts entries = evidence.cards();
                RefusedRecords refused = new RefusedRecords(evidence)) {
            evidence.topic(
                    Topics.LEDGER_ENTRIES,
                    (record, entry) -> entries.add(entry.getWalletId(), Long.toString(payable(entry))),
                    refused::unreadable);
            Merge.join(
                    new Sums(entries.sorted()),
                    evidence.ledgerCards(ACCOUNTS),
                    (walletId, sum, account) -> compare(evidence, walletId, sum, account, breaches));
            refused.areDeadLetters(Stage.LEDGER, breaches);
        }
    }

    private static void compare(Evidence evidence, String walletId, Said sum, Said account, Violations breaches)
            throws IOException {
        if (sum.nothing()) {
            breaches.add("%s has %s in the ledger and no entry in Kafka", walletId, account);
            return;
        }
        int colon = walletId.lastIndexOf(':');
        HttpApi.Answer answer = evidence.read(
                "/wallets/" + walletId.substring(0, colon) + "?currency=" + walletId.substring(colon + 1));
        evidence.looked(1);
        JsonNode wallet = answer.body();
        if (answer.status() != 200) {
            breaches.add("%s can't be read: %d %s", walletId, answer.status(), wallet);
            return;
        }
        String store = wallet.path("balance").asText() + " of "
                + wallet.path("version").asText();
        // A wallet whose entries were all eaten up by fees has no line on its account.
        String booked = account.nothing() ? "0" : account.text();
        if (!store.equals(sum.text()) || !store.startsWith(booked + " of ")) {
            // A wallet and its entries are one transaction of the desk; the book may still have some of them to come.
            breaches.lacking(
                    store.equals(sum.text()) ? Set.of(Stage.WALLET_DESK, Stage.LEDGER) : Set.of(Stage.WALLET_DESK),
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

    /** One card for each wallet: the sum of its entries, and how many they are. */
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
                sum = sum.add(new BigInteger(head.text()).multiply(BigInteger.valueOf(head.times())));
                count += head.times();
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
