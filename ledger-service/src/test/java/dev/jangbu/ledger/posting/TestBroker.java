package dev.jangbu.ledger.posting;

import static org.awaitility.Awaitility.await;

import dev.jangbu.contract.Provision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** A real broker with the topics of the catalogue, one for all tests of the JVM. Ends with the JVM. */
final class TestBroker {

    static final int PARTITIONS = 2;

    private static final Duration TIMEOUT = Duration.ofSeconds(180);

    private static final String ADDRESS = start();

    private TestBroker() {}

    static String address() {
        return ADDRESS;
    }

    static Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, ADDRESS));
    }

    /** Deletes topics and groups, and recreates the topics. */
    static void fresh() throws InterruptedException, ExecutionException {
        fresh(PARTITIONS);
    }

    /** Deletes topics and groups, and recreates the topics with {@code partitions} books. */
    static void fresh(int partitions) throws InterruptedException, ExecutionException {
        deleteTopics();
        createTopics(partitions);
    }

    /** Creates the topics. */
    static void createTopics(int partitions) {
        try (Admin admin = admin()) {
            await().atMost(TIMEOUT).ignoreExceptions().untilAsserted(() -> Provision.topics(admin, partitions, 1));
        }
    }

    /** Deletes topics and groups. Waits for the session timeout of killed group members. */
    static void deleteTopics() throws InterruptedException, ExecutionException {
        try (Admin admin = admin()) {
            await().atMost(TIMEOUT)
                    .ignoreExceptionsMatching(e -> e.getCause() instanceof GroupNotEmptyException)
                    .until(() -> {
                        admin.deleteConsumerGroups(admin.listGroups().all().get().stream()
                                        .map(group -> group.groupId())
                                        .toList())
                                .all()
                                .get();
                        return true;
                    });
            admin.deleteTopics(admin.listTopics().names().get()).all().get();
        }
    }

    private static String start() {
        try {
            Path directory = Files.createTempDirectory("ledger-test-broker");
            String address = "127.0.0.1:" + freePort();
            String controller = "127.0.0.1:" + freePort();
            Properties properties = new Properties();
            properties.putAll(Map.ofEntries(
                    Map.entry("process.roles", "broker,controller"),
                    Map.entry("node.id", "1"),
                    Map.entry("log.dirs", directory.toString()),
                    Map.entry("listeners", "PLAINTEXT://" + address + ",CONTROLLER://" + controller),
                    Map.entry("advertised.listeners", "PLAINTEXT://" + address),
                    Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                    Map.entry("controller.listener.names", "CONTROLLER"),
                    Map.entry("controller.quorum.voters", "1@" + controller),
                    Map.entry("offsets.topic.replication.factor", "1"),
                    Map.entry("offsets.topic.num.partitions", "1"),
                    Map.entry("transaction.state.log.replication.factor", "1"),
                    Map.entry("transaction.state.log.min.isr", "1"),
                    Map.entry("transaction.state.log.num.partitions", "1"),
                    Map.entry("group.initial.rebalance.delay.ms", "0"),
                    Map.entry("group.min.session.timeout.ms", "1000"),
                    Map.entry("auto.create.topics.enable", "false"),
                    Map.entry("log.cleaner.dedupe.buffer.size", "16777216")));
            Formatter formatter = new Formatter()
                    .setNodeId(1)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setDirectories(List.of(directory.toString()))
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(directory.toString())
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setSupportedFeatures(List.copyOf(Feature.PRODUCTION_FEATURES))
                    .setIgnoreFormatted(true);
            formatter.run();
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
            server.startup();
            // In this order: a broker without its files halts the JVM.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                server.shutdown();
                server.awaitShutdown();
                delete(directory);
            }));
            return address;
        } catch (Exception e) {
            throw new IllegalStateException("The broker did not start", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path directory) {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
