package dev.jangbu.proving.audit;

import dev.jangbu.contract.Topic;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.installation.Installation;
import dev.jangbu.proving.stack.TopicReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/**
 * Copies of a stack's databases and topics in which violations can be planted. The databases are copied without the
 * triggers and constraints that would refuse the violations. They are copied once and then cloned, which is fast.
 */
final class StackCopies {

    static final String PAYMENTS = "jangbu_payment";
    static final String LEDGER = "jangbu_ledger";

    private static final String TABLES = """
            SELECT c.relname,
                   string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum) AS columns
              FROM pg_class c
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
             GROUP BY c.relname
            """;
    private static final String FUNCTIONS = """
            SELECT pg_get_functiondef(p.oid)
              FROM pg_proc p
              JOIN pg_language l ON l.oid = p.prolang
             WHERE p.pronamespace = 'public'::regnamespace AND l.lanname = 'sql'
             ORDER BY p.oid
            """;
    /** In the order of their creation: a view may read an earlier one. */
    private static final String VIEWS = """
            SELECT 'CREATE VIEW ' || relname || ' AS ' || pg_get_viewdef(oid)
              FROM pg_class
             WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
             ORDER BY oid
            """;

    private final Installation stack;
    private final AtomicInteger names = new AtomicInteger();

    private StackCopies(Installation stack) {
        this.stack = stack;
    }

    /** Copies the databases of a quiet stack. */
    static StackCopies of(Installation stack) throws SQLException, IOException {
        StackCopies copies = new StackCopies(stack);
        copies.copyDatabase(PAYMENTS);
        copies.copyDatabase(LEDGER);
        return copies;
    }

    /** The addresses of the stack with a clone of the payments database in which the statements were executed. */
    Installation withPayments(Installation of, String... statements) throws SQLException {
        return with(of, PAYMENTS, statements);
    }

    /** The addresses of the stack with a clone of the ledger's database in which the statements were executed. */
    Installation withLedger(Installation of, String... statements) throws SQLException {
        return with(of, LEDGER, statements);
    }

    private Installation with(Installation of, String database, String... statements) throws SQLException {
        String clone = clone(database, statements);
        return of.withDatabases(name -> name.equals(database) ? clone : name);
    }

    /** A reader that reads a changed copy instead of the topic. */
    TopicReader withTopic(Topic<?> topic, UnaryOperator<List<ConsumerRecord<byte[], byte[]>>> change) throws Exception {
        String copy = "copy-" + names.incrementAndGet() + "-" + topic.name();
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        new TopicReader(stack).readRaw(topic, records::add);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", stack.kafka()));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", stack.kafka()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic(copy, topic.partitions(Topics.LOCAL_PARTITIONS), (short) 1)))
                    .all()
                    .get();
            for (ConsumerRecord<byte[], byte[]> record : change.apply(records)) {
                producer.send(new ProducerRecord<>(
                                copy, record.partition(), record.key(), record.value(), record.headers()))
                        .get();
            }
        }
        return new TopicReader(stack, name -> name.equals(topic.name()) ? copy : name);
    }

    private void copyDatabase(String name) throws SQLException, IOException {
        try (Connection server = superuser("postgres");
                Statement statement = server.createStatement()) {
            statement.execute("CREATE DATABASE copy_of_" + name);
        }
        try (Connection from = superuser(name);
                Connection to = superuser("copy_of_" + name);
                Statement read = from.createStatement();
                Statement write = to.createStatement()) {
            try (ResultSet tables = read.executeQuery(TABLES)) {
                while (tables.next()) {
                    write.execute("CREATE TABLE " + tables.getString(1) + " (" + tables.getString(2) + ")");
                    ByteArrayOutputStream rows = new ByteArrayOutputStream();
                    copy(from)
                            .copyOut(
                                    "COPY (SELECT * FROM " + tables.getString(1) + ") TO STDOUT (FORMAT binary)", rows);
                    copy(to).copyIn(
                                    "COPY " + tables.getString(1) + " FROM STDIN (FORMAT binary)",
                                    new ByteArrayInputStream(rows.toByteArray()));
                }
            }
            for (String definitions : List.of(FUNCTIONS, VIEWS)) {
                try (ResultSet definition = read.executeQuery(definitions)) {
                    while (definition.next()) {
                        write.execute(definition.getString(1));
                    }
                }
            }
            write.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO jangbu_audit");
        }
    }

    /** Clones a database, executes the statements in the clone, and returns its name. */
    String clone(String name, String... statements) throws SQLException {
        String clone = "violation_" + names.incrementAndGet();
        try (Connection server = superuser("postgres");
                Statement statement = server.createStatement()) {
            statement.execute("CREATE DATABASE " + clone + " TEMPLATE copy_of_" + name);
        }
        try (Connection database = superuser(clone);
                Statement statement = database.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
                if (statement.getUpdateCount() == 0 && !sql.startsWith("GRANT") && !sql.startsWith("TRUNCATE")) {
                    throw new IllegalStateException("The statement changes nothing: " + sql);
                }
            }
        }
        return clone;
    }

    /** A connection to a database, for instance a copy, as superuser. */
    Connection superuser(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://" + stack.postgres() + "/" + database, "postgres", stack.password("postgres"));
    }

    private static CopyManager copy(Connection connection) throws SQLException {
        return new CopyManager(connection.unwrap(BaseConnection.class));
    }
}
