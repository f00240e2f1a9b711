package dev.jangbu.simulator;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CSVPrinter csv = new CSVPrinter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), FORMAT)) {
            for (Payment payment : charges) {
                String charged = IdempotentCalls.key(PaymentEndpoints.CONFIRM, payment.call());
                print(csv, payment, 0, "CHARGE", charged, payment.amountMinor(), payment.confirmedAt());
                int movement = 0;
                for (Payment.Cancel cancel : payment.cancels()) {
                    String reference =
                            IdempotentCalls.key(PaymentEndpoints.cancelOf(payment.paymentKey()), cancel.call());
                    print(csv, payment, ++movement, "CANCEL", reference, cancel.amountMinor(), cancel.canceledAt());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void print(
            CSVPrinter csv, Payment payment, int movement, String type, String reference, long amountMinor, Instant at)
            throws IOException {
        csv.printRecord(
                payment.transactionKey(movement),
                type,
                reference,
                payment.paymentKey(),
                payment.orderId(),
                payment.currency(),
                amountMinor,
                at);
    }
}
