package dev.jangbu.local;

import java.nio.file.Path;
import java.util.Properties;

/** The settings of a Kafka broker that is alone: broker and controller in one process, one replica of everything. */
final class BrokerSettings {

    private BrokerSettings() {}

    /**
     * @param logs the folder of the broker's data
     * @param port where clients connect
     * @param controllerPort where the broker finds its controller; may differ from start to start
     */
    static Properties of(Path logs, int port, int controllerPort) {
        Properties settings = new Properties();
        settings.setProperty("process.roles", "broker,controller");
        settings.setProperty("node.id", "1");
        settings.setProperty("controller.quorum.voters", "1@" + Ports.HOST + ":" + controllerPort);
        settings.setProperty(
                "listeners",
                "PLAINTEXT://%s:%d,CONTROLLER://%s:%d".formatted(Ports.HOST, port, Ports.HOST, controllerPort));
        settings.setProperty("advertised.listeners", "PLAINTEXT://" + Ports.HOST + ":" + port);
        settings.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.setProperty("controller.listener.names", "CONTROLLER");
        settings.setProperty("log.dirs", logs.toString());

        settings.setProperty("default.replication.factor", "1");
        settings.setProperty("min.insync.replicas", "1");
        settings.setProperty("offsets.topic.replication.factor", "1");
        settings.setProperty("offsets.topic.num.partitions", "4");
        settings.setProperty("transaction.state.log.replication.factor", "1");
        settings.setProperty("transaction.state.log.min.isr", "1");
        settings.setProperty("transaction.state.log.num.partitions", "4");
        settings.setProperty("share.coordinator.state.topic.replication.factor", "1");
        settings.setProperty("share.coordinator.state.topic.min.isr", "1");

        // Topics are made from the catalogue; a mistyped name must fail.
        settings.setProperty("auto.create.topics.enable", "false");
        // A group that is idle for a week must not lose its place: ledger-service stops without it.
        settings.setProperty("offsets.retention.minutes", Integer.toString(Integer.MAX_VALUE));
        settings.setProperty("group.initial.rebalance.delay.ms", "0");
        settings.setProperty("log.cleaner.dedupe.buffer.size", "16777216");
        // After a kill -9 the controller waits this long before it lets the broker in again.
        settings.setProperty("broker.session.timeout.ms", "3000");
        settings.setProperty("broker.heartbeat.interval.ms", "500");
        return settings;
    }
}
