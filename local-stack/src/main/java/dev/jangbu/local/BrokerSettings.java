package dev.jangbu.local;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** The settings of the Kafka broker: those of {@code local-stack/kafka/broker.properties}, and where it lives. */
final class BrokerSettings {

    private BrokerSettings() {}

    /**
     * @param shared the settings that every deployment with one broker has
     * @param logs the folder of the broker's data
     * @param port where clients connect
     * @param controllerPort where the broker finds its controller; may differ from start to start
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
