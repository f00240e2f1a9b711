package dev.jangbu.settlement;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The service process: the topology ({@link SettlementTopology}), wallet reads ({@code query}), and health and metrics
 * below {@code /actuator}. All HTTP is on one internal port.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class StreamsProcessor {

    /** Runs until SIGTERM, which leaves the consumer group before the process ends. */
    public static void main(String[] args) {
        SpringApplication.run(StreamsProcessor.class, args);
    }
}
