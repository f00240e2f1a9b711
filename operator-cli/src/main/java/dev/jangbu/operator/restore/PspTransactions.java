package dev.jangbu.operator.restore;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.installation.HttpApi;
import dev.jangbu.operator.installation.HttpApi.Response;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Currency;
import java.util.List;

/**
 * The list of transactions of Toss Payments.
 *
 * @see <a href="https://docs.tosspayments.com/reference#거래-조회">Toss Payments: transactions</a>
 */
final class PspTransactions {

    /** The value of {@code payments.psp}. */
    static final String PSP = "toss";

    private static final int PAGE = 5_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final DateTimeFormatter KOREA_TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.ofHours(9));
    private final String url;
    private final HttpApi psp;
    private final String authorization;

    /** @param secret the secret key, the user name of Basic authentication */
    PspTransactions(String url, String secret) {
        this.url = url;
        this.psp = new HttpApi(url + "/v1", "", TIMEOUT);
        this.authorization =
                "Basic " + Base64.getEncoder().encodeToString((secret + ":").getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A charge or a cancellation.
     *
     * @param status {@code DONE}: a charge; {@code CANCELED}, {@code PARTIAL_CANCELED}: a cancellation
     * @param amountMinor minor units
     */
    record Transaction(
            String transactionKey,
            String paymentKey,
            String orderId,
            String status,
            Instant at,
            String currency,
            long amountMinor) {}

    interface Page {
        void read(List<Transaction> transactions) throws SQLException;
    }

    /**
     * Reads the transactions of a period, oldest first.
     *
     * @throws CommandException if the PSP does not answer as documented
     */
    void read(Instant from, Instant until, Page work) throws SQLException {
        String last = "";
        while (true) {
            List<Transaction> page = page(from, until, last);
            if (!page.isEmpty()) {
                work.read(page);
                last = page.getLast().transactionKey();
            }
            if (page.size() < PAGE) {
                return;
            }
        }
    }

    private List<Transaction> page(Instant from, Instant until, String after) {
        String query =
                "?startDate=%s&endDate=%s&limit=%d".formatted(KOREA_TIME.format(from), KOREA_TIME.format(until), PAGE)
                        + (after.isEmpty() ? "" : "&startingAfter=" + URLEncoder.encode(after, StandardCharsets.UTF_8));
        try {
            Response response = psp.get("/transactions" + query, "Authorization", authorization);
            if (response.status() != 200) {
                throw new CommandException(
                        "The PSP at %s answers %d to the list of transactions.".formatted(url, response.status()));
            }
            List<Transaction> page = new ArrayList<>();
            response.body().forEach(node -> page.add(transaction(node)));
            return page;
        } catch (IOException e) {
            throw new CommandException("The PSP at %s does not answer: %s".formatted(url, e), e);
        }
    }

    private static Transaction transaction(JsonNode node) {
        String currency = node.path("currency").asText();
        return new Transaction(
                node.path("transactionKey").asText(),
                node.path("paymentKey").asText(),
                node.path("orderId").asText(),
                node.path("status").asText(),
                OffsetDateTime.parse(node.path("transactionAt").asText()).toInstant(),
                currency,
                node.path("amount")
                        .decimalValue()
                        .movePointRight(
                                Math.max(0, Currency.getInstance(currency).getDefaultFractionDigits()))
                        .longValueExact());
    }
}
