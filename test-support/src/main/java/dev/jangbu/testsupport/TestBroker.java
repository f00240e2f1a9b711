package dev.jangbu.testsupport;

import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** A real Kafka broker and controller in the tests' JVM. Starts at first use without topics, ends with the JVM. */
public final class TestBroker {

    private static final Duration TIMEOUT = Duration.ofSeconds(120);
    private static final String ADDRESS = start();

    private TestBroker() {}

    /** host:port. */
    public static String address() {
        return ADDRESS;
    }

    /** A new admin client, for the caller to close. */
    public static Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, ADDRESS));
    }

    /**
     * Deletes all topics and groups. Waits until the groups have no members: a killed member stays until its session times
     * out. Internal topics stay.
     */
    public static void reset() {
        try (Admin admin = admin()) {
            await("all groups are deleted")
                    .atMost(TIMEOUT)
                    .ignoreExceptionsMatching(e -> e.getCause() instanceof GroupNotEmptyException
                            || e.getCause() instanceof GroupIdNotFoundException)
                    .until(() -> {
                        List<String> groups = admin.listGroups().all().get().stream()
                                .map(GroupListing::groupId)
                                .toList();
                        admin.deleteConsumerGroups(groups).all().get();
                        return groups.isEmpty();
                    });
            await("all topics are deleted")
                    .atMost(TIMEOUT)
                    .ignoreExceptionsMatching(e -> e.getCause() instanceof UnknownTopicOrPartitionException)
                    .until(() -> {
                        Set<String> topics = admin.listTopics().names().get();
                        admin.deleteTopics(topics).all().get();
                        return topics.isEmpty();
                    });
        }
    }

    private static String start() {
        Path folder = TemporaryFolder.create("broker");
        String address = "127.0.0.1:" + FreePorts.next();
        try {
            format(folder);
            KafkaRaftServer server =
                    new KafkaRaftServer(new KafkaConfig(settings(folder, address), false), Time.SYSTEM);
            server.startup();
            // Registered after the folder, so it runs before: a broker whose files disappear halts the JVM.
            AtJvmEnd.run(() -> {
                server.shutdown();
                server.awaitShutdown();
            });
        } catch (Exception e) {
            throw new IllegalStateException("The broker does not start", e);
        }
        return address;
    }

    private static Properties settings(Path folder, String address) {
        String controller = "127.0.0.1:" + FreePorts.next();
        Properties properties = new Properties();
        properties.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("log.dirs", folder.toString()),
                Map.entry("listeners", "PLAINTEXT://" + address + ",CONTROLLER://" + controller),
                Map.entry("advertised.listeners", "PLAINTEXT://" + address),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("controller.quorum.voters", "1@" + controller),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "4"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("auto.create.topics.enable", "false"),
                // Tests kill clients: shorter sessions and transactions than production allows, and no waiting for
                // more members.
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("group.min.session.timeout.ms", "1000"),
                Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
                // Less memory: the minimum of the log cleaner; files of deleted topics disappear at once.
                Map.entry("log.cleaner.dedupe.buffer.size", "16777216"),
                Map.entry("log.segment.delete.delay.ms", "1000")));
        return properties;
    }

    private static void format(Path folder) throws Exception {
        new Formatter()
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setDirectories(List.of(folder.toString()))
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(folder.toString())
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setSupportedFeatures(List.copyOf(Feature.PRODUCTION_FEATURES))
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .run();
    }
}
