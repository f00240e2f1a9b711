package dev.jangbu.api;

import java.time.Clock;
import java.time.ZoneOffset;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the payment API. */
@SpringBootApplication
@ConfigurationPropertiesScan
@EnableScheduling
public class PaymentApi {

    public static void main(String[] args) {
        SpringApplication.run(PaymentApi.class, args);
    }

    /** In milliseconds, the unit of times in the API and the database. */
    @Bean
    Clock clock() {
        return Clock.tickMillis(ZoneOffset.UTC);
    }
}
