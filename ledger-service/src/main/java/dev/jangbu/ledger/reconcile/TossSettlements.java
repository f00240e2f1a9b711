package dev.jangbu.ledger.reconcile;

import dev.jangbu.contract.CurrencyCode;
import java.io.Reader;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.commons.csv.CSVRecord;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Toss Payments' Settlement objects, as {@code GET /v1/settlements} returns them: one for each charge and each cancellation.
 *
 * <ul>
 *   <li>{@code paymentKey} and {@code transactionKey} tell the payment or the refund. Toss has no merchant's reference.
 *   <li>{@code amount} is a decimal of {@code currency}, above 0 for a charge and below 0 for a cancellation.
 *   <li>{@code cancel} is the cancellation, null for a charge. As CSV it may be left out.
 * </ul>
 *
 * <p>The others, such as {@code fee}, {@code payOutAmount} and {@code soldDate}, are not compared.
 *
 * @see <a href="https://docs.tosspayments.com/reference#정산-조회">Toss Payments: settlements</a>
 */
final class TossSettlements {

    private static final List<String> COLUMNS = List.of("paymentKey", "transactionKey", "currency", "amount");

    /** A column that only these files have. */
    private static final String OWN_COLUMN = "payOutAmount";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            // An object is read amid its array.
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private TossSettlements() {}

    /** Whether a CSV file with these columns has Settlement objects. */
    static boolean isHeader(List<String> columns) {
        return columns.contains(OWN_COLUMN) && columns.containsAll(COLUMNS) && !columns.contains("type");
    }

    static SettlementRow row(CSVRecord record, long line) {
        return row(record::get, line);
    }

    /**
     * Reads an array of objects, or several in a row, one for each page of the list.
     *
     * @throws MalformedFileException at the first malformed object
     */
    static void readJson(Reader text, Consumer<SettlementRow> rows) {
        long object = 0;
        try (JsonParser parser = JSON.createParser(text)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    object++;
                    JsonNode settlement = JSON.readTree(parser);
                    rows.accept(row(member -> settlement.path(member).asString(""), object));
                } else if (token != JsonToken.START_ARRAY && token != JsonToken.END_ARRAY) {
                    throw new MalformedFileException(object + 1, "must be a Settlement object");
                }
            }
        } catch (JacksonException e) {
            throw new MalformedFileException(object + 1, "not JSON: " + e.getOriginalMessage());
        }
    }

    private static SettlementRow row(UnaryOperator<String> members, long line) {
        String currency = SettlementFile.currency(members.apply("currency"), line);
        BigDecimal amount = amount(members.apply("amount"), currency, line);
        String paymentKey = members.apply("paymentKey");
        if (paymentKey.isEmpty()) {
            throw new MalformedFileException(line, "paymentKey is missing");
        }
        return new SettlementRow(
                line,
                amount.signum() > 0 ? SettlementRow.Type.CHARGE : SettlementRow.Type.CANCEL,
                "",
                paymentKey,
                members.apply("transactionKey"),
                currency,
                minorUnits(amount.abs(), currency, line));
    }

    private static BigDecimal amount(String text, String currency, long line) {
        try {
            BigDecimal amount = FileAmount.parse(text, CurrencyCode.digits(currency));
            if (amount.signum() != 0) {
                return amount;
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw malformedAmount(line);
    }

    private static long minorUnits(BigDecimal amount, String currency, long line) {
        try {
            return FileAmount.minorUnits(amount, currency);
        } catch (ArithmeticException e) {
            throw malformedAmount(line);
        }
    }

    private static MalformedFileException malformedAmount(long line) {
        return new MalformedFileException(
                line, "amount must be a decimal of the currency: above 0 for a charge, below 0 for a cancellation");
    }
}
