package dev.jangbu.ledger.reconcile;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Parses a settlement file: CSV (RFC 4180), UTF-8, with a header. Required columns: {@code type} (CHARGE or CANCEL),
 * {@code reference}, {@code currency} and {@code amount} (minor units, above 0). Other columns are ignored.
 */
final class SettlementFile {

    private static final List<String> COLUMNS = List.of("type", "reference", "currency", "amount");
    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setHeader()
            .setSkipHeaderRecord(true)
            .setIgnoreEmptyLines(true)
            .get();

    private SettlementFile() {}

    /** @throws MalformedFileException at the first malformed line */
    static void read(Reader file, Consumer<SettlementRow> rows) throws IOException {
        try (CSVParser parser = CSVParser.parse(file, FORMAT)) {
            List<String> missing = new ArrayList<>(COLUMNS);
            missing.removeAll(parser.getHeaderNames());
            if (!missing.isEmpty()) {
                throw new MalformedFileException(1, "the header must name the columns " + String.join(", ", missing));
            }
            for (CSVRecord record : parser) {
                rows.accept(row(record, parser.getCurrentLineNumber()));
            }
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new MalformedFileException(1, "not CSV: " + e.getMessage());
        }
    }

    private static SettlementRow row(CSVRecord record, long line) {
        if (!record.isConsistent()) {
            throw new MalformedFileException(line, "has another number of columns than the header");
        }
        return new SettlementRow(
                line,
                type(record.get("type"), line),
                record.get("reference"),
                currency(record.get("currency"), line),
                amount(record.get("amount"), line));
    }

    private static SettlementRow.Type type(String text, long line) {
        for (SettlementRow.Type type : SettlementRow.Type.values()) {
            if (type.name().equals(text)) {
                return type;
            }
        }
        throw new MalformedFileException(line, "type must be CHARGE or CANCEL");
    }

    private static String currency(String text, long line) {
        if (!text.matches("[A-Z]{3}")) {
            throw new MalformedFileException(line, "currency must be three letters as in ISO 4217");
        }
        return text;
    }

    private static long amount(String text, long line) {
        try {
            long amount = Long.parseLong(text);
            if (amount > 0 && text.charAt(0) != '+') {
                return amount;
            }
        } catch (NumberFormatException e) {
            // Refused below.
        }
        throw new MalformedFileException(line, "amount must be a whole number of minor units above 0");
    }
}
