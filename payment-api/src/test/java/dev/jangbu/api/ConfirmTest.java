package dev.jangbu.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import org.junit.jupiter.api.Test;

/** A payment over HTTP, from its creation to its approval. */
class ConfirmTest {

    @Test
    void aPaymentIsConfirmedAndChargedOnce() {
        TestOrder shop = new TestOrder(Testbed.client());
        String id = shop.create(12_000, 8_000).is(201).of("READY").id();

        shop.confirm(id, 20_000).is(200).of("APPROVED");

        assertThat(PspCharges.matching(shop.tag())).singleElement().satisfies(charge -> {
            assertThat(charge.amount()).isEqualTo(20_000);
            assertThat(charge.cancelled()).isZero();
        });
    }
}
