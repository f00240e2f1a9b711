package dev.jangbu.settlement.runtime;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;

/** One broker in this JVM, shared by all test classes: starting one takes seconds. It stops with the JVM. */
public final class EmbeddedKafka {

    private static final Duration RESET_TIMEOUT = Duration.ofMinutes(2);

    private static EmbeddedKafka shared;

    private final String bootstrap;

    private EmbeddedKafka() throws Exception {
        Path data = Files.createTempDirectory("jangbu-kafka-");
        int port = freePort();
        int controllerPort = freePort();
        bootstrap = "127.0.0.1:" + port;
        Properties settings = new Properties();
        settings.put("node.id", "1");
        settings.put("process.roles", "broker,controller");
        settings.put("listeners", "PLAINTEXT://" + bootstrap + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("log.dirs", data.toString());
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("group.initial.rebalance.delay.ms", "0");
        // Allows session timeouts shorter than in production, so that tests need not wait 6 s for a dead member.
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        settings.put("auto.create.topics.enable", "false");
        settings.put("log.cleaner.dedupe.buffer.size", "16777216");
        new Formatter()
                .setPrintStream(System.out)
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setDirectories(List.of(data.toString()))
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setSupportedFeatures(List.copyOf(Feature.PRODUCTION_FEATURES))
                .run();
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
        server.startup();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            server.shutdown();
            server.awaitShutdown();
            delete(data);
        }));
    }

    /** The running broker without topics: whatever an earlier test created is deleted. */
    public static synchronized EmbeddedKafka withoutTopics() throws Exception {
        if (shared == null) {
            shared = new EmbeddedKafka();
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", shared.bootstrap))) {
            deleteTopics(admin, admin.listTopics().names().get());
        }
        return shared;
    }

    /** Deletes topics, and waits until they are gone. */
    public static void deleteTopics(Admin admin, Collection<String> topics) throws Exception {
        admin.deleteTopics(topics).all().get();
        await().atMost(RESET_TIMEOUT)
                .until(() -> admin.listTopics().names().get().stream().noneMatch(topics::contains));
    }

    public String bootstrap() {
        return bootstrap;
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("Not deleted: " + directory + ", " + e);
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
