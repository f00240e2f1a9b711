package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.contract.CurrencyCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Payments in the currencies that the PSP takes; others are refused before anything is charged. */
class CurrenciesTest {

    @ParameterizedTest
    @ValueSource(strings = {"JPY", "ISK", "KWD", "CLF", "DEM", "HRK", "XAU", "XXX", "krw", "QQQ", ""})
    void aCurrencyThatThePspDoesNotTakeIsRefusedWithTheNamesOfTheOthers(String currency) {
        Reply refused = create(new TestOrder(Testbed.client()), Testbed.client(), currency)
                .problem(422, "invalid-field");

        assertThat(refused.get("detail")).startsWith("currency must be").endsWith(": KRW, USD");
    }

    @Test
    void everyCurrentCurrencyIsChargedAndRefundedAsItself() {
        String all = String.join(",", CurrencyCode.current().keySet());
        try (Instance instance = Testbed.anotherInstance("jangbu.psp.currencies=" + all)) {
            Client client = instance.client();
            for (String currency : CurrencyCode.current().keySet()) {
                TestOrder order = new TestOrder(client);
                String id = create(order, client, currency).is(201).id();

                order.confirm(id, 123_456).is(200).of("APPROVED");
                order.refund(id, TestOrder.refundOf("1", 12_345)).is(201).of("APPROVED");

                assertThat(PspCharges.matching(order.tag()))
                        .containsExactly(
                                new PspCharges.Charge(order.paymentKey(), order.orderId(), 123_456, currency, 12_345));
            }
            create(new TestOrder(client), client, "DEM").problem(422, "invalid-field");
        }
    }

    private static Reply create(TestOrder order, Client client, String currency) {
        return client.post("/payments", order.creationOf(currency, TestOrder.line(order.seller(1), 123_456, 456)));
    }
}
