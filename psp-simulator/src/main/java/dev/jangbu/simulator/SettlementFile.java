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
 * What a provider settles with its merchant, as CSV (RFC 4180) with a header: a row for each charge, followed by one for each
 * of its cancels, charges in the order in which they were made.
 *
 * <p>Columns: {@code transactionKey} · {@code type}, CHARGE or CANCEL · {@code reference}, the merchant's own: the
 * idempotency key of the call that did it, empty if it had none · {@code paymentKey} · {@code orderId} · {@code currency} ·
 * {@code amount}, minor units, above 0 · {@code at}, RFC 3339.
 */
final class SettlementFile {

    private static final CSVFormat FORMAT = CSVFormat.RFC4180
            .builder()
            .setHeader("transactionKey", "type", "reference", "paymentKey", "orderId", "currency", "amount", "at")
            .get();

    private SettlementFile() {}

    /** The file of these payments, UTF-8. */
    static byte[] of(List<Payment> charges) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CSVPrinter csv = new CSVPrinter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), FORMAT)) {
            for (Payment payment : charges) {
                String charged = IdempotentCalls.key(PaymentCalls.CONFIRM, payment.call());
                print(csv, payment, 0, "CHARGE", charged, payment.amountMinor(), payment.confirmedAt());
                int movement = 0;
                for (Payment.Cancel cancel : payment.cancels()) {
                    String reference = IdempotentCalls.key(PaymentCalls.cancelOf(payment.paymentKey()), cancel.call());
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
