package dev.jangbu.simulator;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Toss's Payment object, version 2022-11-16, as its API reference describes it: a card payment of a domestic shop.
 * Amounts are decimals of the currency, times have Korea's offset. Fields of other payment methods are null.
 */
final class PaymentJson {
    private static final DateTimeFormatter KOREA_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxxx");

    private PaymentJson() {}

    static Map<String, @Nullable Object> of(Payment payment) {
        Currency currency = payment.currency();
        long balance = payment.balanceMinor();
        long vat = vatMinor(currency, balance);
        boolean approved = payment.failure() == null;
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("version", "2022-11-16");
        json.put("mId", "jangbu_simulator");
        json.put("paymentKey", payment.paymentKey());
        json.put(
                "lastTransactionKey",
                approved ? payment.transactionKey(payment.cancels().size()) : null);
        json.put("type", "NORMAL");
        json.put("orderId", payment.orderId());
        json.put("orderName", "Order " + payment.orderId());
        json.put("status", payment.status().name());
        json.put("method", "카드");
        json.put("currency", currency.name());
        json.put("country", "KR");
        json.put("totalAmount", currency.decimal(payment.amountMinor()));
        json.put("balanceAmount", currency.decimal(balance));
        json.put("suppliedAmount", currency.decimal(Math.subtractExact(balance, vat)));
        json.put("vat", currency.decimal(vat));
        json.put("taxFreeAmount", currency.decimal(0));
        json.put("taxExemptionAmount", currency.decimal(0));
        json.put("requestedAt", koreaTime(payment.confirmedAt()));
        json.put("approvedAt", approved ? koreaTime(payment.confirmedAt()) : null);
        json.put("useEscrow", false);
        json.put("cultureExpense", false);
        json.put("isPartialCancelable", true);
        json.put("cancels", payment.cancels().isEmpty() ? null : cancels(payment));
        json.put("card", card(payment));
        json.put("failure", payment.failure() == null ? null : error(payment.failure(), payment.failure().message));
        for (String absent : List.of(
                "virtualAccount",
                "transfer",
                "mobilePhone",
                "giftCertificate",
                "cashReceipt",
                "cashReceipts",
                "discount",
                "easyPay",
                "receipt",
                "checkout",
                "secret",
                "metadata")) {
            json.put(absent, null);
        }
        return json;
    }

    /** Toss's error object. */
    static Map<String, @Nullable Object> error(TossError error, String message) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("code", error.name());
        json.put("message", message);
        return json;
    }

    private static List<Map<String, @Nullable Object>> cancels(Payment payment) {
        Currency currency = payment.currency();
        List<Map<String, @Nullable Object>> cancels = new ArrayList<>();
        long refundable = payment.amountMinor();
        for (Payment.Cancel cancel : payment.cancels()) {
            refundable = Math.subtractExact(refundable, cancel.amountMinor());
            Map<String, @Nullable Object> json = new LinkedHashMap<>();
            json.put("transactionKey", payment.transactionKey(cancels.size() + 1));
            json.put("cancelReason", cancel.reason());
            json.put("cancelAmount", currency.decimal(cancel.amountMinor()));
            json.put("refundableAmount", currency.decimal(refundable));
            json.put("taxFreeAmount", currency.decimal(0));
            json.put("taxExemptionAmount", currency.decimal(0));
            json.put("easyPayDiscountAmount", currency.decimal(0));
            json.put("canceledAt", koreaTime(cancel.canceledAt()));
            json.put("cancelStatus", "DONE");
            json.put("cancelRequestId", null);
            json.put("receiptKey", null);
            cancels.add(json);
        }
        return cancels;
    }

    private static Map<String, @Nullable Object> card(Payment payment) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("amount", payment.currency().decimal(payment.amountMinor()));
        json.put("issuerCode", "61");
        json.put("acquirerCode", "31");
        json.put("number", "12345678****123*");
        json.put("installmentPlanMonths", 0);
        json.put("approveNo", payment.failure() == null ? "00000000" : null);
        json.put("useCardPoint", false);
        json.put("cardType", "신용");
        json.put("ownerType", "개인");
        json.put("acquireStatus", "READY");
        json.put("isInterestFree", false);
        json.put("interestPayer", null);
        return json;
    }

    /**
     * VAT in minor units. Korean prices include 10 % tax: an eleventh, rounded half up. Sales in foreign currency are
     * taxed at 0 %.
     */
    private static long vatMinor(Currency currency, long amountMinor) {
        return currency == Currency.KRW ? amountMinor / 11 + (amountMinor % 11 >= 6 ? 1 : 0) : 0;
    }

    private static String koreaTime(Instant instant) {
        return KOREA_TIME.format(instant.atOffset(ZoneOffset.ofHours(9)));
    }
}
