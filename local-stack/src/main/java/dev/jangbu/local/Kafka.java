package dev.jangbu.local;

import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Topics;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;

/** The Kafka broker, with the topics of the catalogue. */
record Kafka(Stack stack, int controllerPort) implements Part {

    /** The cluster's id: any, but the same at each start. */
    static final String CLUSTER_ID = "amFuZ2J1LWxvY2FsLTAwMQ";

    /** From this version on each transaction has its own producer epoch (KIP-890), which exactly-once counts on. */
    private static final short TRANSACTION_VERSION = 2;

    @Override
    public PartName name() {
        return PartName.KAFKA;
    }

    @Override
    public Set<PartName> after() {
        return Set.of();
    }

    @Override
    public void prepare() throws IOException {
        try (Writer writer = Files.newBufferedWriter(settingsFile())) {
            BrokerSettings.of(
                            stack.home().resolve("local-stack/kafka/broker.properties"),
                            stack.data().dir("kafka").resolve("logs"),
                            stack.ports().of(PartName.KAFKA),
                            controllerPort)
                    .store(writer, "Written at each start");
        }
    }

    @Override
    public Launch launch() {
        List<String> command = stack.jvm(
                name(),
                "local-stack",
                Broker.class.getName(),
                256,
                List.of("-Xms96m", "-XX:MaxDirectMemorySize=96m"),
                settingsFile().toString(),
                CLUSTER_ID);
        return new Launch(command, Map.of(), "TERM", 20);
    }

    @Override
    public boolean isReady() throws Exception {
        if (!Probe.listens(stack.ports().of(PartName.KAFKA))) {
            return false;
        }
        try (Admin admin = admin(stack.ports())) {
            FinalizedVersionRange transactions = admin.describeFeatures()
                    .featureMetadata()
                    .get()
                    .finalizedFeatures()
                    .get("transaction.version");
            if (transactions == null || transactions.maxVersionLevel() < TRANSACTION_VERSION) {
                throw new CommandException("The broker's transaction.version is %s, and exactly-once needs %d"
                        .formatted(transactions, TRANSACTION_VERSION));
            }
            return !admin.describeCluster().nodes().get().isEmpty();
        }
    }

    @Override
    public void provision() {
        try (Admin admin = admin(stack.ports())) {
            Provision.topics(admin, Topics.LOCAL_PARTITIONS, 1);
        }
    }

    static Admin admin(Ports ports) {
        return Admin.create(Map.of(
                "bootstrap.servers",
                ports.address(PartName.KAFKA),
                "request.timeout.ms",
                "5000",
                "default.api.timeout.ms",
                "10000"));
    }

    private Path settingsFile() {
        return stack.data().dir("kafka").resolve("server.properties");
    }
}
