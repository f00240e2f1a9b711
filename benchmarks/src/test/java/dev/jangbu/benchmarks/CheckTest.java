package dev.jangbu.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The check that every round must pass: each kind of wrong result is planted, and refused. */
class CheckTest {

    private static final Batch.Expected EXPECTED = Batch.of(
                    7, 1, Load.UNIFORM, 200, 2, Instant.parse("2026-11-24T08:00:00Z"))
            .expected();

    private final Map<String, Long> balances = new HashMap<>(EXPECTED.balances());
    private final Map<String, Long> book = new HashMap<>(EXPECTED.balances());
    private final List<UUID> journals = new ArrayList<>(EXPECTED.settlements());
    private final String wallet = balances.keySet().iterator().next();
    private long debits = EXPECTED.amount();
    private long credits = EXPECTED.amount();

    @Test
    void aRightResultCounts() {
        assertThat(refusals()).isEmpty();
    }

    @Test
    void aWrongBalanceIsRefused() {
        balances.merge(wallet, 1L, Long::sum);

        assertThat(refusals())
                .singleElement()
                .asString()
                .contains("1 of the wallets")
                .contains(wallet);
    }

    @Test
    void aWalletThatIsMissingIsRefused() {
        balances.remove(wallet);

        assertThat(refusals()).singleElement().asString().contains(wallet + ": 0 instead of");
    }

    @Test
    void aWalletThatNobodyPaidIntoIsRefused() {
        balances.put("nobody:KRW", 5L);

        assertThat(refusals()).singleElement().asString().contains("nobody:KRW: 5 instead of 0");
    }

    @Test
    void aLostJournalIsRefused() {
        journals.removeFirst();

        assertThat(refusals()).singleElement().asString().contains("1 journals are missing");
    }

    @Test
    void aJournalThatIsThereTwiceIsRefused() {
        journals.add(journals.getFirst());

        assertThat(refusals()).singleElement().asString().contains("1 journals are there twice");
    }

    @Test
    void aJournalInTheSteadOfAnotherIsRefused() {
        journals.set(0, UUID.randomUUID());

        assertThat(refusals())
                .hasSize(2)
                .anyMatch(refusal -> refusal.contains("missing"))
                .anyMatch(refusal -> refusal.contains("belong to no payment"));
    }

    @Test
    void linesThatDoNotAddUpToTheWalletAreRefused() {
        book.merge(wallet, -1L, Long::sum);

        assertThat(refusals()).singleElement().asString().contains("sellers' accounts");
    }

    @Test
    void debitsThatAreNotTheCreditsAreRefused() {
        credits--;

        assertThat(refusals()).singleElement().asString().contains("credits");
    }

    @Test
    void bothSidesWrongByTheSameAreRefused() {
        debits += 10;
        credits += 10;

        assertThat(refusals()).singleElement().asString().contains("instead of " + EXPECTED.amount());
    }

    private List<String> refusals() {
        return Check.refusals(EXPECTED, new Outcome(balances, book, journals, debits, credits));
    }
}
