package dev.jangbu.api.wallet;

import java.util.Map;

/**
 * What a payment credits when it is charged, or what a refund takes back.
 *
 * @param amountsMinor by seller, in minor units of the currency
 */
public record Credits(String currency, Map<String, Long> amountsMinor) {

    public Credits {
        amountsMinor = Map.copyOf(amountsMinor);
    }
}
