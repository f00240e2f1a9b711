package dev.jangbu.settlement;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The process: the topology ({@link SettlementTopology}), the wallet reads ({@code query}) and health and metrics below
 * {@code /actuator}, all on one internal port.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class StreamsProcessor {

    /** Runs until it is told to stop; SIGTERM leaves the consumer group before it ends. */
    public static void main(String[] args) {
        SpringApplication.run(StreamsProcessor.class, args);
    }
}
