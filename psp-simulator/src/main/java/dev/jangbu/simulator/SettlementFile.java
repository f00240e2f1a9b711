package dev.jangbu.simulator;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;

/**
 * The provider's settlement report as CSV (RFC 4180) with a header: a row for each charge, followed by one for each of
 * its cancels, in the order of the charges.
 *
 * <p>Columns:
 *
 * <ul>
 *   <li>{@code transactionKey}
 *   <li>{@code type}: CHARGE or CANCEL
 *   <li>{@code reference}: the merchant's idempotency key of the call, empty if it had none
 *   <li>{@code paymentKey}, {@code orderId}, {@code currency}
 *   <li>{@code amount}: minor units, above 0
 *   <li>{@code at}: RFC 3339
 * </ul>
 */
final class SettlementFile {

    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setHeader("transactionKey", "type", "reference", "paymentKey", "orderId", "currency", "amount", "at")
            .get();

    private SettlementFile() {}

    /** The report of these payments, UTF-8. */
    static byte[] of(List<Payment> charges) {
        StringWriter text = new StringWriter();
        try (CSVPrinter csv = new CSVPrinter(text, FORMAT)) {
            for (Payment payment : charges) {
                csv.printRecord(
                        payment.transactionKey(),
                        "CHARGE",
                        payment.idempotencyKey(),
                        payment.paymentKey(),
                        payment.orderId(),
                        payment.currency().code(),
                        payment.amountMinor(),
                        payment.confirmedAt());
                for (Payment.Cancel cancel : payment.cancels()) {
                    csv.printRecord(
                            cancel.transactionKey(),
                            "CANCEL",
                            cancel.idempotencyKey(),
                            payment.paymentKey(),
                            payment.orderId(),
                            payment.currency().code(),
                            cancel.amountMinor(),
                            cancel.canceledAt());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
