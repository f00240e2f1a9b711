package dev.jangbu.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests of the check that every round must pass: each kind of wrong result is rejected. */
class CheckTest {

    private static final Batch.Expected EXPECTED = Batch.of(
                    7, 1, Load.UNIFORM, 200, 2, Instant.parse("2026-11-24T08:00:00Z"))
            .expected();

    private final Map<String, Long> balances = new HashMap<>(EXPECTED.balances());
    private final Map<String, Long> sellerBalances = new HashMap<>(EXPECTED.balances());
    private final List<UUID> journals = new ArrayList<>(EXPECTED.settlements());
    private final String wallet = balances.keySet().iterator().next();
    private long debits = EXPECTED.amountMinor();
    private long credits = EXPECTED.amountMinor();

    @Test
    void correctResultIsAccepted() {
        assertThat(errors()).isEmpty();
    }

    @Test
    void wrongBalanceIsRejected() {
        balances.merge(wallet, 1L, Long::sum);

        assertThat(errors())
                .singleElement()
                .asString()
                .contains("1 of the wallets")
                .contains(wallet);
    }

    @Test
    void missingWalletIsRejected() {
        balances.remove(wallet);

        assertThat(errors()).singleElement().asString().contains(wallet + ": 0 instead of");
    }

    @Test
    void unexpectedWalletIsRejected() {
        balances.put("unpaid:KRW", 5L);

        assertThat(errors()).singleElement().asString().contains("unpaid:KRW: 5 instead of 0");
    }

    @Test
    void missingJournalIsRejected() {
        journals.removeFirst();

        assertThat(errors()).singleElement().asString().contains("1 journals are missing");
    }

    @Test
    void duplicateJournalIsRejected() {
        journals.add(journals.getFirst());

        assertThat(errors()).singleElement().asString().contains("1 journals are duplicated");
    }

    @Test
    void journalInPlaceOfAnotherIsRejected() {
        journals.set(0, UUID.randomUUID());

        assertThat(errors())
                .hasSize(2)
                .anyMatch(error -> error.contains("missing"))
                .anyMatch(error -> error.contains("belong to no payment"));
    }

    @Test
    void linesThatDoNotAddUpToTheWalletAreRejected() {
        sellerBalances.merge(wallet, -1L, Long::sum);

        assertThat(errors()).singleElement().asString().contains("sellers' accounts");
    }

    @Test
    void debitsUnequalToCreditsAreRejected() {
        credits--;

        assertThat(errors()).singleElement().asString().contains("credits");
    }

    @Test
    void bothSidesWrongByTheSameAmountAreRejected() {
        debits += 10;
        credits += 10;

        assertThat(errors()).singleElement().asString().contains("instead of " + EXPECTED.amountMinor());
    }

    private List<String> errors() {
        return Check.errors(EXPECTED, new Outcome(balances, sellerBalances, journals, debits, credits));
    }
}
