package dev.jangbu.settlement.torture;

import dev.jangbu.contract.FixedIdSerdes;
import dev.jangbu.contract.RecordSerdes;
import dev.jangbu.settlement.StreamsProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** The service with fixed schema ids instead of a registry. */
public final class InstanceMain {

    @TestConfiguration(proxyBeanMethods = false)
    static class WithoutRegistry {

        @Bean
        RecordSerdes fixedIds() {
            return new FixedIdSerdes();
        }
    }

    private InstanceMain() {}

    public static void main(String[] args) {
        // First, so that the service uses its serdes.
        new SpringApplication(WithoutRegistry.class, StreamsProcessor.class).run(args);
    }
}
