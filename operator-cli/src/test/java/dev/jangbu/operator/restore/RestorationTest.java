package dev.jangbu.operator.restore;

import static dev.jangbu.operator.restore.LostInstallation.EARLIER;
import static dev.jangbu.operator.restore.LostInstallation.approved;
import static dev.jangbu.operator.restore.LostInstallation.bytes;
import static dev.jangbu.operator.restore.LostInstallation.charged;
import static dev.jangbu.operator.restore.LostInstallation.content;
import static dev.jangbu.operator.restore.LostInstallation.executing;
import static dev.jangbu.operator.restore.LostInstallation.number;
import static dev.jangbu.operator.restore.LostInstallation.payment;
import static dev.jangbu.operator.restore.LostInstallation.payout;
import static dev.jangbu.operator.restore.LostInstallation.refunded;
import static dev.jangbu.operator.restore.LostInstallation.rows;
import static dev.jangbu.operator.restore.LostInstallation.sql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.NameBasedId;
import dev.jangbu.contract.Outcome;
import dev.jangbu.contract.SettlementRequested;
import dev.jangbu.contract.Topics;
import dev.jangbu.operator.console.CommandException;
import dev.jangbu.operator.restore.LostInstallation.Run;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link Restoration} on PostgreSQL, Kafka and the PSP simulator. */
final class RestorationTest {

    private LostInstallation lost;

    @BeforeEach
    void start() {
        lost = new LostInstallation();
    }

    @AfterEach
    void stop() {
        lost.close();
    }

    @Test
    void aMissingPaymentIsCreatedAgainWithItsLinesOutboxRowsAndCompletion() throws Exception {
        SettlementRequested first = charged("order-1", 2, 1).build();
        lost.publish(charged("order-1", 2, 2));
        lost.publish(charged("order-1", 2, 1));
        lost.publish(charged("order-1", 2, 1));
        lost.complete(charged("order-1", 2, 1), Outcome.COMPLETED);

        Run run = lost.apply();

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        UUID id = NameBasedId.ofPayment("default", "order-1", 0);
        assertThat(rows(
                        "SELECT id, client_id, creation_key, order_id, status, currency, amount, payment_key, position, version,"
                                + " restored_at IS NOT NULL, created_at = '" + EARLIER + "' FROM payments"))
                .containsExactly(id + " default - order-1 COMPLETED KRW 20000 pay_order-1 0:17 2 t t");
        assertThat(rows("SELECT line_no, line_id, seller_id, amount, fee FROM payment_lines ORDER BY line_no"))
                .containsExactly("1 1 s1 10000 500", "2 2 s2 10000 500");
        assertThat(rows("SELECT from_status, to_status, cause FROM history ORDER BY version"))
                .containsExactly("- APPROVED restored", "APPROVED COMPLETED completion");
        assertThat(rows("SELECT id, aggregateid, encode(payload, 'hex') FROM outbox ORDER BY aggregateid"))
                .hasSize(2)
                .first()
                .isEqualTo(first.getSettlementId() + " s1:KRW "
                        + HexFormat.of().formatHex(bytes(Topics.SETTLEMENT_REQUESTS, first)));
        assertThat(lost.connectRequests())
                .containsSubsequence(
                        "PUT /connectors/outbox/stop",
                        "DELETE /connectors/outbox/offsets",
                        "PUT /connectors/outbox/resume");
        assertThat(rows("SELECT plugin, active FROM pg_replication_slots WHERE slot_name = 'jangbu_outbox'"))
                .containsExactly("pgoutput f");
    }

    @Test
    void aPlanChangesNothingAndSaysWhatApplyWouldDo() throws Exception {
        payment("order-1", 1);
        payment("order-2", 1);
        lost.publish(charged("order-1", 1, 1));
        lost.complete(charged("order-1", 1, 1), Outcome.COMPLETED);
        lost.charge("order-1");
        lost.charge("order-2");
        List<String> before = content();

        Run run = lost.plan();

        assertThat(run.nothingLeft()).isFalse();
        assertThat(run.text())
                .contains("restore payment " + NameBasedId.ofPayment("default", "order-1", 0) + " of order order-1")
                .contains("(is READY)")
                .contains("1 completions are to be applied")
                .contains("confirm payment " + NameBasedId.ofPayment("default", "order-2", 0))
                .doesNotContain("confirm payment " + NameBasedId.ofPayment("default", "order-1", 0));
        assertThat(content()).isEqualTo(before);
        assertThat(lost.connectRequests()).containsExactly("GET /connectors/outbox/offsets");
    }

    @Test
    void aPaymentInAnEarlierStateIsApproved() throws Exception {
        payment("order-1", 1);
        executing("order-2", 1);
        UUID expired = payment("order-3", 1);
        sql("UPDATE payments SET status = 'EXPIRED', version = 2, cause = 'expiry' WHERE id = '" + expired + "'");
        for (String order : List.of("order-1", "order-2", "order-3")) {
            lost.publish(charged(order, 1, 1));
        }

        Run run = lost.apply();

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        assertThat(rows("SELECT order_id, status, payment_key, restored_at FROM payments ORDER BY order_id"))
                .containsExactly(
                        "order-1 APPROVED pay_order-1 -",
                        "order-2 APPROVED pay_order-2 -",
                        "order-3 APPROVED pay_order-3 -");
        assertThat(rows("SELECT from_status FROM history WHERE cause = 'restored' ORDER BY from_status"))
                .containsExactly("EXECUTING", "EXPIRED", "READY");
        assertThat(number("SELECT count(*) FROM outbox")).isEqualTo(3);
    }

    @Test
    void aPartThatKafkaLacksIsPublishedUnderTheIdOfItsName() throws Exception {
        executing("order-1", 2);
        lost.publish(charged("order-1", 2, 1));

        Run run = lost.apply();

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        assertThat(run.text()).contains("1 outbox rows are to be published");
        UUID second = NameBasedId.ofChargedLine("toss", "pay_order-1", "2");
        String hex = rows("SELECT encode(payload, 'hex') FROM outbox WHERE id = '" + second + "'")
                .getFirst();
        SettlementRequested request = LostInstallation.SERDES
                .of(Topics.SETTLEMENT_REQUESTS)
                .deserializer()
                .deserialize(Topics.SETTLEMENT_REQUESTS.name(), HexFormat.of().parseHex(hex));
        assertThat(request).isEqualTo(charged("order-1", 2, 2).setMovedAt(null).build());
        assertThat(rows("""
                        SELECT count(*) FILTER (WHERE encode(data, 'escape') LIKE '%s1:KRW%'),
                               count(*) FILTER (WHERE encode(data, 'escape') LIKE '%s2:KRW%')
                          FROM pg_logical_slot_peek_binary_changes('jangbu_outbox', NULL, NULL,
                               'proto_version', '1', 'publication_names', 'jangbu_outbox')
                        """)).as("what the connector will read").containsExactly("0 1");
    }

    @Test
    void aMissingPaymentOfWhichKafkaLacksPartsIsForAPerson() throws Exception {
        lost.publish(charged("order-1", 2, 1));

        Run run = lost.apply();

        assertThat(run.nothingLeft()).isFalse();
        assertThat(run.text()).contains("of order order-1, s1:KRW 10000 with a fee of 500, 1 of 2 parts: Kafka lacks");
        assertThat(number("SELECT count(*) FROM payments")).isZero();
        assertThat(number("SELECT count(*) FROM outbox")).isEqualTo(1);
        assertThat(lost.apply().nothingLeft())
                .as("the database is open, the list stays")
                .isFalse();
    }

    @Test
    void anotherPaymentOfTheOrderGivesWayIfItIsOpen() throws Exception {
        UUID open = payment("order-1", 1);
        UUID atThePsp = executing("order-2", 1);
        UUID charged = approved("order-3", 1);
        for (String order : List.of("order-1", "order-2", "order-3")) {
            lost.publish(charged(order, 1, 1).setReferenceId(other(order).toString()));
        }

        Run run = lost.apply();

        assertThat(run.nothingLeft()).isFalse();
        assertThat(rows("SELECT id, status, payment_key FROM payments"))
                .containsExactlyInAnyOrder(
                        open + " CANCELED -",
                        atThePsp + " CANCELED -",
                        charged + " APPROVED pay_order-3",
                        other("order-1") + " APPROVED pay_order-1",
                        other("order-2") + " APPROVED pay_order-2");
        assertThat(rows("SELECT cause FROM history WHERE to_status = 'CANCELED'"))
                .containsExactlyInAnyOrder("restored as " + other("order-1"), "restored as " + other("order-2"));
        assertThat(run.text()).contains("! payment " + other("order-3"));
    }

    private static UUID other(String order) {
        return NameBasedId.ofPayment("default", "again-" + order, 0);
    }

    @Test
    void refundsAreRestoredInTheOrderOfTheirCancellations() throws Exception {
        UUID payment = approved("order-1", 1);
        UUID reserved = NameBasedId.ofRefund("default", "b");
        sql(
                "UPDATE payment_lines SET reserved_amount = 3000",
                """
                INSERT INTO refunds (id, client_id, payment_id, operation, status, amount, reason, idempotency_key, fingerprint,
                                     cause, version, attempts, lease_until, created_at)
                VALUES ('%s', 'default', '%s', 'cancel', 'EXECUTING', 3000, 'r', 'b', sha256('b'), 'cancel', 1, 1, now(), '%s')""".formatted(reserved, payment, EARLIER),
                "INSERT INTO refund_lines VALUES ('%s', 1, '1', 3000, NULL)".formatted(reserved));
        lost.publish(charged("order-1", 1, 1));
        lost.publish(refunded("order-1", "c", 7_000, 350, 9));
        lost.publish(refunded("order-1", "b", 3_000, 150, 5));
        lost.complete(refunded("order-1", "b", 3_000, 150, 5), Outcome.COMPLETED);

        Run run = lost.apply();

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        assertThat(run.text().indexOf(reserved.toString()))
                .isLessThan(
                        run.text().indexOf(NameBasedId.ofRefund("default", "c").toString()));
        assertThat(rows(
                        "SELECT operation, status, refunds.amount, reason, fee FROM refunds JOIN refund_lines ON id = refund_id"
                                + " ORDER BY refunds.amount"))
                .as(run.text())
                .containsExactly("cancel COMPLETED 3000 r 150", "refund APPROVED 7000 restored 350");
        assertThat(rows("SELECT refunded_amount, reserved_amount, refunded_fee FROM payment_lines"))
                .containsExactly("10000 0 500");
        assertThat(rows("SELECT transaction_key, refund_id FROM psp_cancels ORDER BY 1"))
                .containsExactly("tx_b " + reserved, "tx_c " + NameBasedId.ofRefund("default", "c"));
        assertThat(rows("SELECT version FROM payments")).containsExactly("5");
    }

    @Test
    void aRefundsPartThatKafkaLacksReturnsTheFeeByTheRuleOfEveryRefund() throws Exception {
        UUID payment = approved("order-1", 2);
        UUID refund = NameBasedId.ofRefund("default", "a");
        sql(
                "UPDATE payment_lines SET reserved_amount = 3333",
                """
                INSERT INTO refunds (id, client_id, payment_id, operation, status, amount, reason, idempotency_key, fingerprint,
                                     cause, version, attempts, lease_until, created_at)
                VALUES ('%s', 'default', '%s', 'refund', 'EXECUTING', 6666, 'r', 'a', sha256('a'), 'refund', 1, 1, now(), '%s')""".formatted(refund, payment, EARLIER),
                "INSERT INTO refund_lines VALUES ('%1$s', 1, '1', 3333, NULL), ('%1$s', 2, '2', 3333, NULL)"
                        .formatted(refund));
        lost.publish(charged("order-1", 2, 1));
        lost.publish(charged("order-1", 2, 2));
        lost.publish(refunded("order-1", "a", 3_333, 167, 5).setReferenceParts(2));

        Run run = lost.apply();

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        assertThat(rows("SELECT refunded_amount, reserved_amount, refunded_fee FROM payment_lines"))
                .containsExactly("3333 0 167", "3333 0 167");
        assertThat(rows("SELECT aggregateid FROM outbox WHERE id = '" + NameBasedId.ofCanceledLine("toss", "tx_a", "2")
                        + "'"))
                .containsExactly("s2:KRW");
    }

    @Test
    void payoutsAreCreatedAgainAndDecided() throws Exception {
        lost.publish(payout("a", 7_000));
        lost.publish(payout("b", 9_000));
        lost.book(payout("c", 1_000));
        lost.complete(payout("a", 7_000), Outcome.COMPLETED);
        lost.complete(payout("b", 9_000), Outcome.REJECTED);

        Run run = lost.apply();

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        assertThat(rows(
                        "SELECT seller_id, amount, status, rejection, expected_version, destination, idempotency_key FROM payouts"
                                + " ORDER BY amount"))
                .containsExactly(
                        "s1 1000 REQUESTED - - (restored) -",
                        "s1 7000 BOOKED - 7 (restored) -",
                        "s1 9000 REJECTED INSUFFICIENT_FUNDS 7 (restored) -");
    }

    @Test
    void aPaymentThatOnlyTheLedgerHasIsApprovedIfItsKeyIsKnownElseItIsForAPerson() throws Exception {
        executing("order-1", 1);
        payment("order-2", 1);
        lost.book(charged("order-1", 1, 1));
        lost.book(charged("order-2", 1, 1));
        lost.book(charged("order-3", 1, 1));

        Run run = lost.apply();

        assertThat(run.nothingLeft()).isFalse();
        assertThat(rows("SELECT order_id, status FROM payments ORDER BY order_id"))
                .containsExactly("order-1 APPROVED", "order-2 READY");
        assertThat(run.text())
                .contains("! payment " + NameBasedId.ofPayment("default", "order-2", 0))
                .contains("! payment " + NameBasedId.ofPayment("default", "order-3", 0)
                        + ", s1:KRW 10000 with a fee of 500: Kafka knows neither");
    }

    @Test
    void aRequestThatWasRefusedForItsIdRestoresNothing() throws Exception {
        lost.publish(charged("order-1", 1, 1));
        lost.publishRefused(
                charged("order-1", 1, 1).setReferenceId(other("order-1").toString()));

        Run run = lost.apply();

        assertThat(run.text()).contains("! " + other("order-1") + ": its request was refused: decided for another");
        assertThat(rows("SELECT id FROM payments"))
                .containsExactly(NameBasedId.ofPayment("default", "order-1", 0).toString());
    }

    @Test
    void aRequestThatIsNotFromTheOutboxRestoresNothing() throws Exception {
        approved("order-1", 1);
        lost.publish(charged("order-1", 1, 1));
        lost.forge(charged("order-1", 1, 1)
                .setSettlementId(NameBasedId.ofPayout("forged", "1").toString())
                .setFee(10_001));
        lost.forge(charged("order-2", 1, 1));

        Run run = lost.apply();

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        assertThat(rows("SELECT order_id FROM payments")).containsExactly("order-1");
        assertThat(rows("SELECT id FROM outbox"))
                .containsExactly(charged("order-1", 1, 1).build().getSettlementId());
    }

    @Test
    void chargesThatOnlyThePspKnowsAreAdoptedOrNoted() throws Exception {
        UUID ready = payment("order-1", 1);
        UUID expired = payment("order-2", 1);
        sql("UPDATE payments SET status = 'EXPIRED', version = 2, cause = 'expiry' WHERE id = '" + expired + "'");
        payment("order-4", 1);
        for (String order : List.of("order-1", "order-2", "order-3", "order-4")) {
            lost.charge(order);
        }
        lost.publish(charged("order-4", 1, 1));
        approved("order-5", 1);
        lost.publish(charged("order-5", 1, 1));
        lost.charge("order-5");
        lost.cancel("order-5", 4_000);

        Run run = lost.apply();

        assertThat(run.nothingLeft()).isFalse();
        assertThat(rows("SELECT id, payment_key, lease_until <= now() FROM payments WHERE status = 'EXECUTING'"))
                .containsExactlyInAnyOrder(ready + " pay_order-1 t", expired + " pay_order-2 t");
        assertThat(rows("SELECT psp, payment_key, order_id, currency, amount FROM unsettled_charges"))
                .containsExactly("toss pay_order-3 order-3 KRW 10000");
        assertThat(run.text())
                .contains("! The PSP has charged 10000 KRW of order order-3")
                .contains("! The PSP has canceled 4000 KRW of order order-5")
                .doesNotContain("order order-4 with");
    }

    @Test
    void aSecondRunChangesNothing() throws Exception {
        executing("order-1", 2);
        lost.publish(charged("order-1", 2, 1));
        lost.publish(charged("order-2", 1, 1));
        lost.publish(refunded("order-2", "r", 3_000, 150, 5));
        lost.publish(payout("p", 7_000));
        assertThat(lost.apply().nothingLeft()).isTrue();
        List<String> after = content();

        Run again = lost.apply();

        assertThat(again.nothingLeft()).as(again.text()).isTrue();
        assertThat(again.text()).contains("nothing to restore");
        lost.loseMark();
        sql("DELETE FROM marks WHERE epoch > 0");
        Run restored = lost.apply();
        assertThat(restored.nothingLeft()).as(restored.text()).isTrue();
        assertThat(content()).isEqualTo(after);
    }

    @Test
    void aConnectorThatHasReadBeyondTheLogStartsAnewAndPublishesWhatKafkaLacks() throws Exception {
        assertThat(lost.apply().nothingLeft()).isTrue();
        unpublished("order-1");
        lost.storeLsn(number("SELECT lsn FROM server_position") + 1_000_000_000);

        Run plan = lost.plan();
        assertThat(plan.nothingLeft()).isFalse();
        assertThat(plan.text()).contains("beyond the end of the WAL").contains("1 outbox rows are to be published");
        lost.connectRequests().clear();
        Run run = lost.apply();

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        assertThat(run.text()).contains("1 outbox rows are to be published", "The database is open");
        assertThat(lost.connectRequests())
                .containsSubsequence(
                        "PUT /connectors/outbox/stop",
                        "DELETE /connectors/outbox/offsets",
                        "PUT /connectors/outbox/resume");
        lost.storeLsn(0);
        assertThat(lost.apply().text()).contains("nothing to restore");
    }

    @Test
    void aMissingSlotIsCreatedAgainAndWhatKafkaLacksIsPublishedAlthoughTheDatabaseIsOpen() throws Exception {
        assertThat(lost.apply().nothingLeft()).isTrue();
        unpublished("order-1");
        sql("SELECT pg_drop_replication_slot('jangbu_outbox')");

        assertThat(lost.plan().text()).contains("The replication slot is missing");
        Run run = lost.apply();

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        assertThat(run.text()).contains("1 outbox rows are to be published");
        assertThat(number("SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'jangbu_outbox'"))
                .isEqualTo(1);
        assertThat(lost.apply().text()).contains("nothing to restore");
    }

    /** A row of the outbox that Kafka lacks, as that of a payment that was charged meanwhile. */
    private static void unpublished(String order) {
        SettlementRequested request = charged(order, 1, 1).build();
        approved(order, 1);
        sql("INSERT INTO outbox (id, aggregateid, payload, ce_time) VALUES ('%s', '%s', '\\x%s', now())"
                .formatted(
                        request.getSettlementId(),
                        request.getWalletId(),
                        HexFormat.of().formatHex(bytes(Topics.SETTLEMENT_REQUESTS, request))));
    }

    @Test
    void anInterruptedRunIsFinishedByTheNext() throws Exception {
        executing("order-1", 2);
        lost.publish(charged("order-1", 2, 1));
        lost.publish(charged("order-2", 1, 1));
        for (String step : List.of("DELETE /connectors/outbox/offsets", "PUT /connectors/outbox/stop")) {
            lost.refuse(step);
            assertThatThrownBy(lost::apply).isInstanceOf(CommandException.class);
        }
        sql(
                "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
                        + " CREATE TRIGGER refuse BEFORE INSERT ON marks EXECUTE FUNCTION refuse()");
        lost.refuse(null);
        assertThatThrownBy(lost::apply).hasMessageContaining("no");
        assertThat(rows("SELECT status FROM payments")).containsExactly("APPROVED", "APPROVED");
        sql("DROP TRIGGER refuse ON marks");

        Run run = lost.apply();

        assertThat(run.nothingLeft()).as(run.text()).isTrue();
        assertThat(run.text())
                .contains("1 outbox rows are to be published")
                .doesNotContain("restore payment")
                .contains("The database is open");
        assertThat(number("SELECT count(*) FROM outbox")).isEqualTo(3);
    }

    @Test
    void anOpenDatabaseIsRefused() throws Exception {
        assertThat(lost.apply().nothingLeft()).isTrue();
        lost.publish(charged("order-1", 1, 1));

        assertThatThrownBy(lost::apply).hasMessageContaining("payment-api has opened this database");
        assertThatThrownBy(lost::plan).hasMessageContaining("payment-api has opened this database");
        assertThat(number("SELECT count(*) FROM payments")).isZero();
    }

    @Test
    void idempotencyKeysWhoseTimeIsOverAreDeleted() throws Exception {
        for (int hours : List.of(23, 25)) {
            sql("""
                    INSERT INTO idempotency_keys (key, fingerprint, operation, resource_id, status, answer_status, answer_body,
                                                  created_at)
                    VALUES ('%1$d', sha256('x'), 'create', gen_random_uuid(), 'DONE', 201, '{}', now() - interval '%1$d hours')""".formatted(hours));
        }

        lost.apply();

        assertThat(rows("SELECT key FROM idempotency_keys")).containsExactly("23");
    }

    @Test
    void keysThatTheBackupMayHaveRevivedArePrinted() throws Exception {
        String revived = apiKey("revived", "now() - interval '1 day', NULL, NULL");
        apiKey("revoked", "now() - interval '1 day', NULL, now() - interval '1 hour'");
        apiKey("expired", "now() - interval '1 day', now() - interval '1 hour', NULL");
        apiKey("later", "now(), NULL, NULL");

        assertThat(lost.plan().text()).contains("Revoke those that were revoked after it: " + revived);
        Run run = lost.apply();

        assertThat(run.text())
                .contains("Revoke those that were revoked after it: " + revived)
                .doesNotContain(", revoked ", ", expired ", ", later ", ": expired ", ": later ");
    }

    /** @param times created, expires and revoked at */
    private static String apiKey(String name, String times) {
        UUID id = UUID.randomUUID();
        sql("INSERT INTO api_keys (id, name, key_hash, scopes, created_at, expires_at, revoked_at)"
                + " VALUES ('%s', '%s', sha256('%s'), '{admin}', %s)".formatted(id, name, id, times));
        return name + " " + id;
    }

    @Test
    void onlyAnOperatorMayTakeTheTransitionsOfARestoration() {
        UUID id = payment("order-1", 1);

        assertThatThrownBy(() -> sql("UPDATE payments SET status = 'APPROVED', version = 2, cause = 'restored',"
                        + " payment_key = 'k', approved_at = now() WHERE id = '" + id + "'"))
                .hasMessageContaining("can't go from READY to APPROVED");
    }
}
