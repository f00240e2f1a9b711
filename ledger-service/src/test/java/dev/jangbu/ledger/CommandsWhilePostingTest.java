package dev.jangbu.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.ledger.book.Entries;
import dev.jangbu.ledger.book.Entry;
import dev.jangbu.ledger.book.History;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.posting.TestLedger;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands beside a service that goes on posting, and on entries that it refused. */
final class CommandsWhilePostingTest {

    private static final int BOOKS = 2;
    /** As many as are posted in the meantime; no more, or the service would be busy with them long afterwards. */
    private static final int ENTRIES = 4_000;

    private static final String REBUILT = "jangbu_ledger_rebuilt";

    private final History history = new History(815, BOOKS, 40);

    @BeforeEach
    void fresh() throws Exception {
        TestLedger.fresh(BOOKS);
        LedgerDatabase.create(REBUILT);
    }

    @AfterEach
    void dropRebuilt() {
        LedgerDatabase.asSuperuser("DROP DATABASE IF EXISTS " + REBUILT + " WITH (FORCE)");
    }

    @Test
    void aBookThatGrowsMeanwhileHoldsAndEqualsItsRebuild() throws Exception {
        AtomicBoolean more = new AtomicBoolean(true);
        AtomicInteger sent = new AtomicInteger();
        CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
            while (more.get() && sent.get() < ENTRIES) {
                TestLedger.send(history.next(50), BOOKS);
                sent.addAndGet(50);
            }
        });
        try (AutoCloseable posting = TestLedger.start()) {
            CommandRun verify = run("verify");
            CommandRun rebuild = run("rebuild", "--into", REBUILT);
            CommandRun again = run("verify");
            more.set(false);
            load.get();
            TestLedger.awaitPostings(sent.get());

            assertThat(verify.out()).contains("The book holds");
            assertThat(rebuild.out()).contains("equals the one in use");
            assertThat(again.out()).contains("The book holds");
        }
    }

    @Test
    void aRebuiltBookTakesTheOthersPlaceAndPostingGoesOnWithNothingPostedTwice() throws Exception {
        TestLedger.send(history.next(100), BOOKS);
        try (AutoCloseable posting = TestLedger.start()) {
            TestLedger.awaitPostings(100);
        }
        assertThat(run("rebuild", "--into", REBUILT).exit()).isZero();

        LedgerDatabase.asSuperuser(
                "DROP DATABASE jangbu_ledger WITH (FORCE)", "ALTER DATABASE " + REBUILT + " RENAME TO jangbu_ledger");
        TestLedger.send(history.next(50), BOOKS);
        try (AutoCloseable posting = TestLedger.start()) {
            TestLedger.awaitPostings(150);
        }

        assertThat(run("verify", "--wait", "0").out()).contains("The book holds");
    }

    @Test
    void anEntryThatTheDatabaseRefusesStopsItsBookInTheRebuildToo() throws Exception {
        Entry good = Entries.payment("a");
        Entry gap = Entries.payment("a", 3, 11_400);
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
        return CommandRun.of(CommandRun.installation(LedgerDatabase.address(), TestLedger.kafka()), args);
    }
}
