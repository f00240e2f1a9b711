package dev.jangbu.ledger.posting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.ledger.database.Database;
import dev.jangbu.ledger.database.Migrations;
import dev.jangbu.testsupport.TestBroker;
import dev.jangbu.testsupport.TestPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;

/** The posting of one service instance, in this JVM. */
final class PostingInstance {

    final PostingStatus status = new PostingStatus(Clock.systemUTC(), new SimpleMeterRegistry());
    final Database database;
    final PostingLoop loop;

    PostingInstance(String name) {
        this(name, producer -> producer);
    }

    /** @param wrapProducer wraps each producer that the instance creates */
    PostingInstance(String name, UnaryOperator<Producer<byte[], byte[]>> wrapProducer) {
        this(name, wrapProducer, TestPostgres.address());
    }

    /** @param postgres the address at which the instance reaches the database */
    PostingInstance(String name, UnaryOperator<Producer<byte[], byte[]>> wrapProducer, String postgres) {
        database = new Database(postgres, Database.NAME, TestPostgres.PASSWORD, 4);
        KafkaClients clients = new KafkaClients(TestBroker.address(), name, 50);
        loop = new PostingLoop(
                new Migrations(postgres, Database.NAME, TestPostgres.PASSWORD),
                clients::consumer,
                () -> wrapProducer.apply(clients.producer()),
                new FixedIdSerdes(),
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
