package dev.jangbu.local.parts;

import dev.jangbu.local.stack.Ports;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** The settings of the Kafka broker: {@code local-stack/kafka/broker.properties} plus addresses and folders. */
final class BrokerSettings {

    private BrokerSettings() {}

    /**
     * @param shared the settings of every deployment with one broker
     * @param logs the folder of the broker's data
     * @param port the port for clients
     * @param controllerPort the controller's port; may differ at each start
     */
    static Properties of(Path shared, Path logs, int port, int controllerPort) throws IOException {
        Properties settings = new Properties();
        try (Reader reader = Files.newBufferedReader(shared)) {
            settings.load(reader);
        }
        settings.setProperty("controller.quorum.voters", "1@" + Ports.HOST + ":" + controllerPort);
        settings.setProperty(
                "listeners",
                "PLAINTEXT://%s:%d,CONTROLLER://%s:%d".formatted(Ports.HOST, port, Ports.HOST, controllerPort));
        settings.setProperty("advertised.listeners", "PLAINTEXT://" + Ports.HOST + ":" + port);
        settings.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.setProperty("log.dirs", logs.toString());
        return settings;
    }
}
