package dev.jangbu.api.http;

import dev.jangbu.api.idempotency.IdempotencyKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** The service's HTTP layer on a real port, with two calls that need neither authentication nor a database. */
final class HttpTestServer implements AutoCloseable {

    /** Keeps these beans out of the service, whose component scan includes this package. */
    private static final String PROFILE = "http-test-server";

    private final ConfigurableApplicationContext context;

    HttpTestServer() {
        context = new SpringApplicationBuilder(HttpLayer.class)
                .profiles(PROFILE)
                .properties(
                        "server.port=0",
                        "management.server.port=0",
                        "management.endpoint.health.validate-group-membership=false",
                        "spring.flyway.enabled=false",
                        "spring.main.banner-mode=off")
                .run();
    }

    int port() {
        return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
    }

    @Override
    public void close() {
        context.close();
    }

    @Configuration
    @Profile(PROFILE)
    @EnableAutoConfiguration
    @Import({
        NettyErrorResponses.class,
        RequestBodyConfiguration.class,
        ProblemHandler.class,
        RequestValidationFilter.class,
        StrictJsonConfiguration.class,
        Calls.class
    })
    static class HttpLayer {}

    /** A body with a field of each type. */
    record Order(
            @Nullable String orderId,
            @Nullable Long amount,
            @Nullable List<@Nullable Line> lines,
            @Nullable Map<String, @Nullable String> metadata,
            @Nullable Outcome outcome) {

        record Line(@Nullable String sellerId, @Nullable Long amount) {}

        enum Outcome {
            APPROVED,
            DECLINED
        }
    }

    @RestController
    @Profile(PROFILE)
    static class Calls {

        @PostMapping(path = "/v1/orders", consumes = MediaType.APPLICATION_JSON_VALUE)
        Mono<ResponseEntity<byte[]>> take(@RequestHeader HttpHeaders headers, @RequestBody Mono<Order> body) {
            IdempotencyKey.of(headers);
            return body.map(order -> new ApiResponse(201, "{}", null).toEntity());
        }

        @GetMapping("/v1/orders/{id}")
        ResponseEntity<byte[]> read(@PathVariable String id) {
            return ResponseEntity.ok()
                    .contentType(MediaType.APPLICATION_JSON)
                    .eTag("\"3\"")
                    .body("{\"version\":3}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
