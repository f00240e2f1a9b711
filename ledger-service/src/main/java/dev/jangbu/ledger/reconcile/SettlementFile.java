package dev.jangbu.ledger.reconcile;

import dev.jangbu.contract.CurrencyCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Parses a settlement file of a provider:
 *
 * <ul>
 *   <li><b>CSV</b> (RFC 4180) with a header: {@code type} (CHARGE or CANCEL), {@code reference}, {@code currency} and
 *       {@code amount}; {@code paymentKey} and {@code transactionKey} if a reference may be empty
 *   <li><b>Toss</b>: Toss Payments' Settlement objects, see {@link TossSettlements}, as CSV with the names of their members
 *       as columns, or as a JSON array
 * </ul>
 *
 * <p>UTF-8, with or without a byte order mark; lines end with LF or CRLF; columns are separated by commas, semicolons or
 * tabs. Other columns are ignored. The content tells the format.
 *
 * <p>An amount without decimals is in minor units, one with decimals ({@code 12.30}, {@code 12,30}, {@code 1,234.56}) in the
 * currency's unit. All amounts of a currency have decimals, or none has: {@code 10} beside {@code 12.30} has two meanings.
 */
final class SettlementFile {

    private static final List<String> COLUMNS = List.of("type", "reference", "currency", "amount");
    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final int HEADER_MAX_CHARS = 64 * 1024;

    /** Whether the amounts of a currency have decimals, and the first line that shows it. */
    private final Map<String, Notation> notations = new HashMap<>();

    private record Notation(boolean decimal, long line) {}

    private SettlementFile() {}

    /** @throws MalformedFileException at the first malformed line */
    static void read(Reader file, Consumer<SettlementRow> rows) throws IOException {
        try (BufferedReader text = new BufferedReader(file)) {
            String header = header(text);
            if (header.startsWith("[")) {
                TossSettlements.readJson(text, rows);
            } else {
                readCsv(text, separator(header), rows);
            }
        } catch (CharacterCodingException e) {
            throw new MalformedFileException(1, "the file must be in UTF-8");
        }
    }

    /** The first line that is not blank, without the byte order mark, which is skipped; the reader stays before it. */
    private static String header(BufferedReader text) throws IOException {
        text.mark(1);
        if (text.read() != BYTE_ORDER_MARK) {
            text.reset();
        }
        text.mark(HEADER_MAX_CHARS);
        char[] start = new char[HEADER_MAX_CHARS];
        int length = 0;
        for (int read; length < start.length && (read = text.read(start, length, start.length - length)) > 0; ) {
            length += read;
        }
        text.reset();
        return new String(start, 0, length).stripLeading().lines().findFirst().orElse("");
    }

    /** The separator that occurs most often in the header, whose names contain none. */
    private static char separator(String header) {
        char separator = ',';
        for (char other : new char[] {';', '\t'}) {
            if (count(header, other) > count(header, separator)) {
                separator = other;
            }
        }
        return separator;
    }

    private static long count(String text, char character) {
        return text.chars().filter(c -> c == character).count();
    }

    private static void readCsv(Reader text, char separator, Consumer<SettlementRow> rows) throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setDelimiter(separator)
                .setHeader()
                .setSkipHeaderRecord(true)
                .setIgnoreEmptyLines(true)
                .setTrim(true)
                .get();
        try (CSVParser parser = CSVParser.parse(text, format)) {
            List<String> header = parser.getHeaderNames();
            SettlementFile file = new SettlementFile();
            boolean toss = TossSettlements.isHeader(header);
            if (!toss) {
                List<String> missing = new ArrayList<>(COLUMNS);
                missing.removeAll(header);
                if (!missing.isEmpty()) {
                    throw new MalformedFileException(
                            1, "the header must name the columns " + String.join(", ", missing));
                }
            }
            for (CSVRecord record : parser) {
                long line = parser.getCurrentLineNumber();
                if (!record.isConsistent()) {
                    throw new MalformedFileException(line, "has another number of columns than the header");
                }
                rows.accept(toss ? TossSettlements.row(record, line) : file.row(record, line));
            }
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CharacterCodingException encoding) {
                throw encoding;
            }
            throw new MalformedFileException(1, "not CSV: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new MalformedFileException(1, "not CSV: " + e.getMessage());
        }
    }

    private SettlementRow row(CSVRecord record, long line) {
        String currency = currency(record.get("currency"), line);
        return new SettlementRow(
                line,
                type(record.get("type"), line),
                record.get("reference"),
                optional(record, "paymentKey"),
                optional(record, "transactionKey"),
                currency,
                amount(record.get("amount"), currency, line));
    }

    private static String optional(CSVRecord record, String column) {
        return record.isMapped(column) ? record.get(column) : "";
    }

    private static SettlementRow.Type type(String text, long line) {
        for (SettlementRow.Type type : SettlementRow.Type.values()) {
            if (type.name().equals(text)) {
                return type;
            }
        }
        throw new MalformedFileException(line, "type must be CHARGE or CANCEL");
    }

    /** @throws MalformedFileException if it is no currency of ISO 4217 with minor units */
    static String currency(String text, long line) {
        if (!CurrencyCode.hasMinorUnits(text)) {
            throw new MalformedFileException(line, "currency must be three letters as in ISO 4217");
        }
        return text;
    }

    private long amount(String text, String currency, long line) {
        try {
            BigDecimal amount = FileAmount.parse(text, CurrencyCode.digits(currency));
            boolean decimal = amount.scale() > 0;
            Notation first = notations.computeIfAbsent(currency, any -> new Notation(decimal, line));
            if (first.decimal() != decimal && CurrencyCode.digits(currency) > 0) {
                throw new MalformedFileException(
                        line,
                        "the amounts in %s must all have decimals, or none: line %d %s"
                                .formatted(currency, first.line(), first.decimal() ? "has them" : "has none"));
            }
            long minor = decimal ? FileAmount.minorUnits(amount, currency) : amount.longValueExact();
            if (minor > 0) {
                return minor;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // Refused below.
        }
        throw new MalformedFileException(
                line, "amount must be above 0: minor units, or a decimal with the currency's number of decimals");
    }
}
