package dev.jangbu.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;

/**
 * Toss's Payment object, version 2022-11-16, as its API reference describes it: a card payment of a domestic shop. The
 * constant fields are in {@code payment.json}. Amounts are decimals of the currency, times have Korea's offset.
 */
final class PaymentJson {
    private static final DateTimeFormatter KOREA_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxxx");
    /** Korea's offset, without daylight saving. */
    static final ZoneOffset KOREA = ZoneOffset.ofHours(9);

    private static final JsonNode TEMPLATE = template();

    private PaymentJson() {}

    static ObjectNode of(Payment payment) {
        Currency currency = payment.currency();
        long balance = payment.balanceMinor();
        long vat = vatMinor(currency, balance);
        ObjectNode json = TEMPLATE.path("payment").deepCopy();
        json.put("paymentKey", payment.paymentKey());
        json.put("orderId", payment.orderId());
        json.put("orderName", "Order " + payment.orderId());
        json.put("status", payment.status().name());
        json.put("currency", currency.code());
        json.put("totalAmount", currency.decimal(payment.amountMinor()));
        json.put("balanceAmount", currency.decimal(balance));
        json.put("suppliedAmount", currency.decimal(Math.subtractExact(balance, vat)));
        json.put("vat", currency.decimal(vat));
        putZeros(json, currency);
        json.put("requestedAt", koreaTime(payment.confirmedAt()));
        ObjectNode card = json.withObjectProperty("card").put("amount", currency.decimal(payment.amountMinor()));
        if (payment.failure() == null) {
            json.put("lastTransactionKey", payment.lastTransactionKey());
            json.put("approvedAt", koreaTime(payment.confirmedAt()));
            card.put("approveNo", "00000000");
        } else {
            json.set("failure", error(payment.failure(), payment.failure().message));
        }
        if (!payment.cancels().isEmpty()) {
            addCancels(payment, json.putArray("cancels"));
        }
        return json;
    }

    /** Toss's Transaction object: a charge or a cancel. */
    static ObjectNode of(Transaction transaction) {
        Currency currency = transaction.currency();
        ObjectNode json = TEMPLATE.path("transaction").deepCopy();
        json.put("transactionKey", transaction.transactionKey());
        json.put("paymentKey", transaction.paymentKey());
        json.put("orderId", transaction.orderId());
        json.put("status", transaction.status().name());
        json.put("transactionAt", koreaTime(transaction.at()));
        json.put("currency", currency.code());
        json.put("amount", currency.decimal(transaction.amountMinor()));
        return json;
    }

    /** Toss's error object. */
    static ObjectNode error(TossError error, String message) {
        return HttpCall.JSON.createObjectNode().put("code", error.name()).put("message", message);
    }

    private static void addCancels(Payment payment, ArrayNode cancels) {
        Currency currency = payment.currency();
        long refundable = payment.amountMinor();
        for (Payment.Cancel cancel : payment.cancels()) {
            refundable = Math.subtractExact(refundable, cancel.amountMinor());
            ObjectNode json = TEMPLATE.path("cancel").deepCopy();
            json.put("transactionKey", cancel.transactionKey());
            json.put("cancelReason", cancel.reason());
            json.put("cancelAmount", currency.decimal(cancel.amountMinor()));
            json.put("refundableAmount", currency.decimal(refundable));
            putZeros(json, currency).put("easyPayDiscountAmount", currency.decimal(0));
            json.put("canceledAt", koreaTime(cancel.canceledAt()));
            cancels.add(json);
        }
    }

    private static ObjectNode putZeros(ObjectNode json, Currency currency) {
        return json.put("taxFreeAmount", currency.decimal(0)).put("taxExemptionAmount", currency.decimal(0));
    }

    /**
     * VAT in minor units. Korean prices include 10 % tax: an eleventh, rounded half up. Sales in foreign currency are
     * taxed at 0 %.
     */
    private static long vatMinor(Currency currency, long amountMinor) {
        return currency.equals(Currency.KRW) ? amountMinor / 11 + (amountMinor % 11 >= 6 ? 1 : 0) : 0;
    }

    private static String koreaTime(Instant instant) {
        return KOREA_TIME.format(instant.atOffset(KOREA));
    }

    private static JsonNode template() {
        try (InputStream json = PaymentJson.class.getResourceAsStream("payment.json")) {
            return HttpCall.JSON.readTree(Objects.requireNonNull(json, "payment.json is in the jar"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
