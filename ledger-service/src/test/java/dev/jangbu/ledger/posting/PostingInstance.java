package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.LedgerDatabase;
import dev.jangbu.ledger.database.Migrations;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;

/** What one process of the service posts with, in this JVM. */
final class PostingInstance {

    final PostingStatus status = new PostingStatus(Clock.systemUTC(), new SimpleMeterRegistry());
    final Database database = new Database(LedgerDatabase.address(), LedgerDatabase.PASSWORD, 4);
    final PostingLoop loop;

    PostingInstance(String name) {
        this(name, producer -> producer);
    }

    /** @param disturbance what happens to its producers */
    PostingInstance(String name, UnaryOperator<Producer<byte[], byte[]>> disturbance) {
        KafkaClients clients = new KafkaClients(TestBroker.address(), name, 50);
        loop = new PostingLoop(
                new Migrations(LedgerDatabase.address(), LedgerDatabase.PASSWORD),
                clients::consumer,
                () -> disturbance.apply(clients.producer()),
                new FixedSchemas(),
                new BookWriter(database.forPosting(), Clock.systemUTC()),
                4,
                status,
                Clock.systemUTC());
    }

    void stop() {
        loop.stop();
        assertThat(loop.isRunning()).isFalse();
        database.close();
    }
}
