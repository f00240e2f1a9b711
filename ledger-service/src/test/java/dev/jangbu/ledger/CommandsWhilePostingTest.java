package dev.jangbu.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.ledger.journal.Entry;
import dev.jangbu.ledger.journal.RandomEntries;
import dev.jangbu.ledger.journal.TestEntries;
import dev.jangbu.ledger.posting.TestLedger;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestPostgres;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands while the service posts, and after refused entries. */
final class CommandsWhilePostingTest {

    private static final int BOOKS = 2;
    /** The maximum, so that the posting of the rest does not take long. */
    private static final int ENTRIES = 4_000;

    private static final String REBUILT = "jangbu_ledger_rebuilt";

    private final RandomEntries entries = new RandomEntries(815, BOOKS, 40);

    @BeforeEach
    void fresh() throws Exception {
        TestLedger.fresh(BOOKS);
        TestPostgres.create(REBUILT);
    }

    @AfterEach
    void dropRebuilt() {
        TestPostgres.drop(REBUILT);
    }

    @Test
    void aGrowingLedgerHoldsAndEqualsItsRebuild() throws Exception {
        AtomicBoolean more = new AtomicBoolean(true);
        AtomicInteger sent = new AtomicInteger();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            while (more.get() && sent.get() < ENTRIES) {
                TestLedger.send(entries.next(50), BOOKS);
                sent.addAndGet(50);
            }
        });
        try (AutoCloseable posting = TestLedger.start()) {
            CommandRun verify = run("verify", "--wait", "180");
            CommandRun rebuild = run("rebuild", "--into", REBUILT, "--wait", "180");
            CommandRun again = run("verify", "--wait", "180");
            more.set(false);
            load.get();
            TestLedger.awaitPostings(sent.get());

            assertThat(verify.out()).contains("The ledger holds");
            assertThat(rebuild.out()).contains("equals the live one");
            assertThat(again.out()).contains("The ledger holds");
        }
    }

    @Test
    void postingContinuesOnARebuiltDatabaseAndPublishesNothingTwice() throws Exception {
        TestLedger.send(entries.next(100), BOOKS);
        try (AutoCloseable posting = TestLedger.start()) {
            TestLedger.awaitPostings(100);
        }
        assertThat(run("rebuild", "--into", REBUILT, "--wait", "180").exit()).isZero();

        TestPostgres.execute(
                "DROP DATABASE jangbu_ledger WITH (FORCE)", "ALTER DATABASE " + REBUILT + " RENAME TO jangbu_ledger");
        TestLedger.send(entries.next(50), BOOKS);
        try (AutoCloseable posting = TestLedger.start()) {
            TestLedger.awaitPostings(150);
        }

        assertThat(run("verify", "--wait", "0").out()).contains("The ledger holds");
    }

    @Test
    void aRefusedEntryStopsItsBookInTheRebuild() throws Exception {
        Entry good = TestEntries.payment("a");
        Entry gap = TestEntries.payment("a", 3, 11_400);
        TestLedger.send(List.of(good, gap), BOOKS);

        CommandRun rebuild = run("rebuild", "--into", REBUILT, "--no-compare");

        assertThat(rebuild.out())
                .contains(
                        "1 entries written",
                        "stops at offset 1",
                        gap.settlementId().toString(),
                        "JL004");
        assertThat(rebuild.exit()).isEqualTo(1);
    }

    private static CommandRun run(String... args) {
        return CommandRun.of(CommandRun.installation(TestPostgres.address(), TestBroker.address()), args);
    }
}
