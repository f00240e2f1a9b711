package dev.jangbu.local.parts;

import dev.jangbu.contract.Provision;
import dev.jangbu.contract.Topics;
import dev.jangbu.local.stack.PartName;
import dev.jangbu.local.stack.Ports;
import dev.jangbu.local.stack.Stack;
import dev.jangbu.local.supervision.JvmCommand;
import dev.jangbu.local.supervision.LaunchSpec;
import dev.jangbu.local.supervision.StackProcess;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.Probe;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FinalizedVersionRange;

/** The Kafka broker with the topics of the catalogue. */
record Kafka(Stack stack, int controllerPort) implements StackProcess {

    /** An arbitrary cluster id, the same at each start. */
    static final String CLUSTER_ID = "amFuZ2J1LWxvY2FsLTAwMQ";

    /** Since this version each transaction has its own producer epoch (KIP-890). Exactly-once needs that. */
    private static final short TRANSACTION_VERSION = 2;

    @Override
    public PartName name() {
        return PartName.KAFKA;
    }

    @Override
    public void prepare() throws IOException {
        try (Writer writer = Files.newBufferedWriter(settingsFile())) {
            settings().store(writer, "Written at each start");
        }
    }

    /** {@code local-stack/kafka/broker.properties} plus addresses and folders. */
    Properties settings() throws IOException {
        Properties settings = Broker.read(stack.home().resolve("local-stack/kafka/broker.properties"));
        String controller = Ports.HOST + ":" + controllerPort;
        String address = stack.ports().address(PartName.KAFKA);
        settings.setProperty("controller.quorum.voters", "1@" + controller);
        settings.setProperty("listeners", "PLAINTEXT://" + address + ",CONTROLLER://" + controller);
        settings.setProperty("advertised.listeners", "PLAINTEXT://" + address);
        settings.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.setProperty(
                "log.dirs", stack.data().dir("kafka").resolve("logs").toString());
        return settings;
    }

    @Override
    public LaunchSpec launchSpec() {
        List<String> command = JvmCommand.ofModule(
                stack,
                name(),
                "local-stack",
                Broker.class.getName(),
                256,
                List.of("-Xms96m", "-XX:MaxDirectMemorySize=96m"),
                settingsFile().toString(),
                CLUSTER_ID);
        return new LaunchSpec(command, Map.of(), "TERM", 20);
    }

    @Override
    public boolean isReady() throws Exception {
        if (!Probe.isListening(stack.ports().address(PartName.KAFKA))) {
            return false;
        }
        try (Admin admin = admin()) {
            FinalizedVersionRange transactions = admin.describeFeatures()
                    .featureMetadata()
                    .get()
                    .finalizedFeatures()
                    .get("transaction.version");
            if (transactions == null || transactions.maxVersionLevel() < TRANSACTION_VERSION) {
                throw new CommandException("The broker has transaction.version %s; exactly-once needs %d"
                        .formatted(transactions, TRANSACTION_VERSION));
            }
            return !admin.describeCluster().nodes().get().isEmpty();
        }
    }

    @Override
    public void provision() {
        try (Admin admin = admin()) {
            Provision.topics(admin, Topics.LOCAL_PARTITIONS, 1);
        }
    }

    private Admin admin() {
        return Admin.create(Map.of(
                "bootstrap.servers", stack.ports().address(PartName.KAFKA),
                "request.timeout.ms", "5000",
                "default.api.timeout.ms", "10000"));
    }

    private Path settingsFile() {
        return stack.data().dir("kafka").resolve("server.properties");
    }
}
