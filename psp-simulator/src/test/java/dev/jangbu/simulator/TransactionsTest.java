package dev.jangbu.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Toss's list of transactions, and the age of idempotency keys, by the simulator's clock. */
class TransactionsTest {

    private static final String DAY = "/v1/transactions?startDate=2026-11-23&endDate=2026-11-23T23:59:59";

    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock();
    private PspSimulator simulator;
    private PspClient psp;

    /** A clock that the test moves; it starts at 2026-11-23T05:30:15 in Korea. */
    private static final class MovableClock extends Clock {
        private volatile Instant now = Instant.parse("2026-11-22T20:30:15.250Z");

        void forward(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @BeforeEach
    void start() throws Exception {
        simulator = PspSimulator.start(0, PspClient.SECRET, folder, clock, PspSimulator.Delays.DEFAULT);
        psp = new PspClient(simulator.port());
    }

    @AfterEach
    void stop() throws Exception {
        simulator.close();
    }

    @Test
    void chargesAndCancelsAreListedWithTheirOwnKeysAmountsAndTimes() throws Exception {
        JsonNode charged = psp.confirm("pay-1", "order-1001", "1000", null).json();
        psp.confirm("sim_declined_1", "order-1002", "5", null);
        clock.forward(Duration.ofMinutes(1));
        psp.confirm("pay-2", "order-1003", "12.30", null);
        clock.forward(Duration.ofMinutes(1));
        JsonNode part = psp.cancel("pay-1", "300", null).json();
        JsonNode rest = psp.cancel("pay-1", null, null).json();

        JsonNode transactions = psp.get(DAY).json();

        assertThat(transactions).hasSize(4);
        assertThat(keys(transactions).getFirst())
                .isEqualTo(charged.path("lastTransactionKey").asText());
        assertThat(keys(transactions).subList(2, 4))
                .containsExactly(
                        part.path("lastTransactionKey").asText(),
                        rest.path("lastTransactionKey").asText());
        assertThat(transactions.get(2).toString())
                .isEqualTo("{\"mId\":\"jangbu_simulator\",\"transactionKey\":\"%s\",\"paymentKey\":\"pay-1\","
                                .formatted(part.path("lastTransactionKey").asText())
                        + "\"orderId\":\"order-1001\",\"method\":\"카드\",\"customerKey\":null,\"useEscrow\":false,"
                        + "\"receiptUrl\":null,\"status\":\"PARTIAL_CANCELED\","
                        + "\"transactionAt\":\"2026-11-23T05:32:15+09:00\",\"currency\":\"KRW\",\"amount\":300}");
        assertThat(texts(transactions, "status")).containsExactly("DONE", "DONE", "PARTIAL_CANCELED", "CANCELED");
        assertThat(texts(transactions, "amount")).containsExactly("1000", "12.30", "300", "700");
    }

    @Test
    void pagesFollowEachOtherByTheTransactionKey() throws Exception {
        for (int i = 0; i < 4; i++) {
            // Several of one moment too.
            clock.forward(Duration.ofMillis(i % 2));
            psp.confirm("pay-" + i, "order-100" + i, "1000", null);
            psp.cancel("pay-" + i, "100", null);
        }

        List<String> all = keys(psp.get(DAY).json());
        List<String> paged = new ArrayList<>();
        for (JsonNode page = psp.get(DAY + "&limit=3").json(); !page.isEmpty(); page = after(paged.getLast())) {
            assertThat(page.size()).isLessThanOrEqualTo(3);
            paged.addAll(keys(page));
        }

        assertThat(all).hasSize(8).doesNotHaveDuplicates();
        assertThat(paged).isEqualTo(all);
        PspClient.Reply unknown = psp.get(DAY + "&startingAfter=0123456789ABCDEF0123456789ABCDEF");
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.code()).isEqualTo("INVALID_TRANSACTION_KEY");
    }

    private JsonNode after(String transactionKey) throws IOException {
        return psp.get(DAY + "&limit=3&startingAfter=" + transactionKey).json();
    }

    @Test
    void thePeriodIsInKoreasTimeAndIncludesItsLastSecond() throws Exception {
        psp.confirm("pay-1", "order-1001", "1000", null);

        assertThat(list("2026-11-23T05:30:15", "2026-11-23T05:30:15")).hasSize(1);
        assertThat(list("2026-11-23T05:30:16", "2026-11-24")).isEmpty();
        assertThat(list("2026-11-22", "2026-11-23T05:30:14")).isEmpty();
        assertThat(list("2026-11-23T00:00:00.000", "2026-11-23T23:59:59.999")).hasSize(1);
    }

    private JsonNode list(String from, String to) throws IOException {
        return psp.get("/v1/transactions?startDate=" + from + "&endDate=" + to).json();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/transactions",
                "/v1/transactions?startDate=2026-11-23",
                "/v1/transactions?startDate=2026-11-23&endDate=tomorrow",
                DAY + "&limit=0",
                DAY + "&limit=5001",
                DAY + "&limit=x"
            })
    void invalidParametersAreRejected(String path) throws Exception {
        PspClient.Reply reply = psp.get(path);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("INVALID_REQUEST");
    }

    @Test
    void theListNeedsTheSecret() throws Exception {
        assertThat(psp.call("GET", DAY, null, null, "another").status()).isEqualTo(401);
    }

    @Test
    void anIdempotencyKeyIsForgottenAfter15Days() throws Exception {
        psp.confirm("pay-1", "order-1001", "1000", "confirm:1");
        String first = psp.cancel("pay-1", "300", "refund:1").text();
        clock.forward(Duration.ofDays(15).minusMillis(1));
        assertThat(psp.cancel("pay-1", "300", "refund:1").text()).isEqualTo(first);
        assertThat(psp.confirm("pay-1", "order-1001", "1000", "confirm:1").status())
                .isEqualTo(200);

        clock.forward(Duration.ofMillis(1));
        JsonNode second = psp.cancel("pay-1", "300", "refund:1").json();

        assertThat(second.path("cancels")).hasSize(2);
        assertThat(psp.confirm("pay-1", "order-1001", "1000", "confirm:1").code())
                .isEqualTo("ALREADY_PROCESSED_PAYMENT");
        // The key is remembered again, and each movement keeps its reference.
        assertThat(psp.cancel("pay-1", "300", "refund:1").json()).isEqualTo(second);
        assertThat(psp.get("/simulator/settlement.csv").text().lines().filter(line -> line.contains("refund:1")))
                .hasSize(2);
    }

    private static List<String> keys(JsonNode transactions) {
        return texts(transactions, "transactionKey");
    }

    private static List<String> texts(JsonNode transactions, String field) {
        List<String> texts = new ArrayList<>();
        transactions.forEach(transaction -> texts.add(transaction.path(field).asText()));
        return texts;
    }
}
