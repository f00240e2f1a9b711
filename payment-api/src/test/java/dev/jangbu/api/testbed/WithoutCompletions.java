package dev.jangbu.api.testbed;

import dev.jangbu.api.PaymentApi;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

/**
 * The service with Kafka, but without the completions: another database must not take those of the shared instance, whose
 * consumer group it would join.
 */
public final class WithoutCompletions {

    private static final String NO_KAFKA = "127.0.0.1:1";

    private WithoutCompletions() {}

    public static void main(String[] args) {
        run(args);
    }

    /** Starts the service with more beans. */
    public static void run(String[] args, Class<?>... more) {
        SpringApplication application = new SpringApplication(PaymentApi.class, Beans.class);
        application.addPrimarySources(List.of(more));
        application.run(args);
    }

    /** Without an annotation, so that no other test's component scan finds it. */
    static class Beans {

        @Bean
        static BeanPostProcessor withoutCompletions() {
            return new BeanPostProcessor() {
                @Override
                @SuppressWarnings("unchecked")
                public Object postProcessAfterInitialization(Object bean, String name) {
                    if (bean instanceof ConcurrentKafkaListenerContainerFactory<?, ?> factory) {
                        ((ConcurrentKafkaListenerContainerFactory<byte[], byte[]>) factory)
                                .setConsumerFactory(new DefaultKafkaConsumerFactory<>(
                                        Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, NO_KAFKA),
                                        new ByteArrayDeserializer(),
                                        new ByteArrayDeserializer()));
                    }
                    return bean;
                }
            };
        }
    }
}
