package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.Instance;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.wallet.WalletLimit;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A payment that would take a seller's wallet beyond 2^62 is refused before it is charged. */
class WalletLimitExceededTest {

    private final Client client = Testbed.client();
    private final TestOrder order = new TestOrder(client);

    @Test
    void itIsRefusedBeforeTheCharge() {
        // The second line's credit is 900.
        Testbed.wallets().balance(order.seller(2), WalletLimit.MAX_BALANCE_MINOR - 899);
        String id = order.create(2_000, 1_000).is(201).id();
        UUID key = UUID.randomUUID();
        String path = "/payments/" + id + "/confirm";

        client.post(path, order.confirmation(3_000), key).problem(422, "wallet-limit-exceeded");

        order.confirm(id, 3_000, "Prefer", "respond-async").problem(422, "wallet-limit-exceeded");
        // Only what would be charged is refused.
        order.confirm(id, 2_999).problem(422, "amount-mismatch");
        order.read(id).of("READY");
        assertThat(Testbed.psp().calls(order.tag())).isEmpty();
        try (Instance another = Testbed.anotherInstance()) {
            // Another instance, which reads the balance after a payout. The refusal was not stored under the key.
            Testbed.wallets().balance(order.seller(2), WalletLimit.MAX_BALANCE_MINOR - 900);
            another.client().post(path, order.confirmation(3_000), key).is(200).of("APPROVED");
        }
        // A stored response takes precedence.
        client.post(path, order.confirmation(3_000), key).is(200);
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @Test
    void aRefundThatWouldIndebtTheWalletTooFarIsRefusedBeforeIt() {
        String id = order.create(2_000, 1_000).is(201).id();
        order.confirm(id, 3_000).is(200);
        try (Instance another = Testbed.anotherInstance()) {
            Testbed.wallets().balance(order.seller(2), 999 - WalletLimit.MAX_BALANCE_MINOR);

            another.client()
                    .post("/payments/" + id + "/refunds", "{\"reason\":\"broken\"}")
                    .problem(422, "wallet-limit-exceeded");
            another.client()
                    .post("/payments/" + id + "/cancel", "{\"reason\":\"broken\"}")
                    .problem(422, "wallet-limit-exceeded");
            another.client()
                    .post("/payments/" + id + "/refunds", TestOrder.refundOf("2", 999))
                    .is(201);
        }
        PaymentInvariants.ofMainInstance().verify(order, id);
    }

    @Test
    void aKnownBalanceCostsNoRoundTrip() {
        String seller = order.seller(1);
        for (int i = 0; i < 3; i++) {
            TestOrder next = new TestOrder(client);
            String id = client.post("/payments", next.creationOf("KRW", TestOrder.line(seller, 1_000, 0)))
                    .is(201)
                    .id();
            next.confirm(id, 1_000).is(200);
        }

        assertThat(Testbed.wallets().reads(seller)).isEqualTo(1);
    }
}
