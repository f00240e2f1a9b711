package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.database.Migrations;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;

/** What one process of the service posts with, in this JVM. */
final class PostingInstance {

    final PostingStatus status = new PostingStatus(Clock.systemUTC(), new SimpleMeterRegistry());
    final Database database = new Database(LedgerDatabase.address(), LedgerDatabase.PASSWORD);
    final PostingLoop loop;

    PostingInstance(String name) {
        loop = new PostingLoop(
                new Migrations(LedgerDatabase.address(), LedgerDatabase.PASSWORD),
                new KafkaClients(TestBroker.address(), name, 50),
                new FixedSchemas(),
                new BookWriter(database.forPosting(), Clock.systemUTC()),
                status,
                Clock.systemUTC());
    }

    void stop() {
        loop.stop();
        assertThat(loop.isRunning()).isFalse();
        database.close();
    }
}
