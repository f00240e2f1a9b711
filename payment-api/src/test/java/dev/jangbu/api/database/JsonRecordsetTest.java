package dev.jangbu.api.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The columns of a record have the names of its JSON members, and types that accept them. */
class JsonRecordsetTest {

    private record Booked(
            UUID id,
            int answerStatus,
            Long backoffMs,
            String orderId,
            byte[] hash,
            Instant bookedAt,
            List<UUID> lines) {}

    @Test
    void eachRecordBecomesAnObject() {
        UUID id = UUID.fromString("0199c0de-0000-7000-8000-000000000001");
        Booked booked = new Booked(
                id, 201, null, "order-1", new byte[] {1, 2}, Instant.parse("2026-11-22T01:02:03.004Z"), List.of(id));

        assertThat(new JsonRecordset(new JsonMapper()).of(List.of(booked)))
                .isEqualTo("[{\"id\":\"" + id + "\",\"answer_status\":201,\"backoff_ms\":null,\"order_id\":\"order-1\","
                        + "\"hash\":\"AQI=\",\"booked_at\":\"2026-11-22T01:02:03.004Z\",\"lines\":[\"" + id + "\"]}]");
    }
}
