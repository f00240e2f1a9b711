package dev.jangbu.api.testbed;

import dev.jangbu.api.PaymentApi;
import java.net.URI;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.ReactorResourceFactory;

/** The whole service, started in this JVM as in production. */
public final class Instance implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    Instance(String... arguments) {
        SpringApplication application = new SpringApplication(PaymentApi.class, OwnThreads.class);
        // The testbed stops everything in order.
        application.setRegisterShutdownHook(false);
        context = application.run(arguments);
    }

    public Client client() {
        return new Client(
                URI.create("http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port")),
                Testbed.API_KEY);
    }

    /** The port of health and metrics. */
    public int managementPort() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.management.port"));
    }

    /** Separate threads for each instance in this JVM, so that one can stop without the others. */
    static class OwnThreads {

        @Bean
        ReactorResourceFactory reactorResourceFactory() {
            ReactorResourceFactory resources = new ReactorResourceFactory();
            resources.setUseGlobalResources(false);
            return resources;
        }
    }

    /** A bean of the service. */
    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** A bean of the service, where its type has several. */
    public <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    @Override
    public void close() {
        context.close();
    }
}
