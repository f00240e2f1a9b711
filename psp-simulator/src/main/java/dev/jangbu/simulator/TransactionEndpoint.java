package dev.jangbu.simulator;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Toss's list of transactions, {@code GET /v1/transactions}: charges and cancels by their time.
 *
 * <ul>
 *   <li>{@code startDate}, {@code endDate}: {@code yyyy-MM-dd'T'HH:mm:ss} in Korea's time, or a date, whose time is
 *       00:00:00. Transactions in the second of {@code endDate} are included.
 *   <li>{@code startingAfter}: the transaction key of the last one of the previous page
 *   <li>{@code limit}: 1 to 5000, default 100
 * </ul>
 *
 * @see <a href="https://docs.tosspayments.com/reference#거래-조회">Toss Payments: transactions</a>
 */
record TransactionEndpoint(PaymentStore store) {
    private static final String DEFAULT_LIMIT = "100";
    private static final int LIMIT = 5_000;

    HttpReply list(HttpCall http) {
        Map<String, String> query = http.query();
        Instant until = time(query, "endDate").truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        Optional<List<Transaction>> page = store.transactions(
                time(query, "startDate"), until, query.getOrDefault("startingAfter", ""), limit(query));
        return page.map(found ->
                        HttpReply.json(200, found.stream().map(PaymentJson::of).toList()))
                .orElseGet(() -> HttpReply.error(TossError.INVALID_TRANSACTION_KEY));
    }

    private static Instant time(Map<String, String> query, String parameter) {
        String text = query.getOrDefault(parameter, "");
        try {
            LocalDateTime time = text.contains("T")
                    ? LocalDateTime.parse(text)
                    : LocalDate.parse(text).atStartOfDay();
            return time.toInstant(PaymentJson.KOREA);
        } catch (DateTimeParseException e) {
            throw new InvalidRequestException(parameter + " is required, as yyyy-MM-dd'T'HH:mm:ss or yyyy-MM-dd");
        }
    }

    private static int limit(Map<String, String> query) {
        String limit = query.getOrDefault("limit", DEFAULT_LIMIT);
        if (!limit.matches("[1-9][0-9]{0,3}") || Integer.parseInt(limit) > LIMIT) {
            throw new InvalidRequestException("limit must be 1 to " + LIMIT);
        }
        return Integer.parseInt(limit);
    }
}
