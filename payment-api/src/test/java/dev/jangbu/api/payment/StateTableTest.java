package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PaymentInvariants;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.StagedPayment;
import dev.jangbu.api.testbed.StagedPayment.State;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.Testbed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * The state table: the response and next status of each operation on each status, and the pictures of the transitions.
 */
class StateTableTest {

    /** Payments with a status that takes a wait, created once for all cells. */
    private static final Map<State, Iterator<StagedPayment>> PREPARED = new EnumMap<>(State.class);

    /** A line of the list of transitions in an enum's Javadoc. */
    private static final Pattern PICTURED = Pattern.compile(" \\* +([A-Z]+) +─▶ ([A-Z, ]+)");

    /** A pair of status values in a trigger. */
    private static final Pattern PAIR = Pattern.compile("\\('([A-Z]+)', '([A-Z]+)'\\)");

    private final Client client = Testbed.client();

    @BeforeAll
    static void preparePayments() {
        for (State state : List.of(State.EXPIRED, State.COMPLETED)) {
            PREPARED.put(
                    state, StagedPayment.many(state, Operation.values().length).iterator());
        }
    }

    @AfterAll
    static void clearPayments() {
        PREPARED.clear();
    }

    enum Operation {
        CONFIRM,
        CONFIRM_WITH_ANOTHER_KEY,
        CONFIRM_WITH_ANOTHER_AMOUNT,
        CANCEL,
        REFUND
    }

    @ParameterizedTest(name = "{0} {1}: {2} and then {3}")
    @CsvSource(delimiter = '|', textBlock = """
            CONFIRM                     | READY     | 200                                    | APPROVED
            CONFIRM                     | ACCEPTED  | 202                                    | ACCEPTED
            CONFIRM                     | EXECUTING | 409 payment-in-progress                | EXECUTING
            CONFIRM                     | UNKNOWN   | 202                                    | UNKNOWN
            CONFIRM                     | REVIEW    | 409 payment-in-progress                | REVIEW
            CONFIRM                     | APPROVED  | 200                                    | APPROVED
            CONFIRM                     | COMPLETED | 200                                    | COMPLETED
            CONFIRM                     | DECLINED  | 409 payment-final                      | DECLINED
            CONFIRM                     | CANCELED  | 409 payment-final                      | CANCELED
            CONFIRM                     | EXPIRED   | 409 payment-final                      | EXPIRED
            CONFIRM_WITH_ANOTHER_KEY    | READY     | 200                                    | APPROVED
            CONFIRM_WITH_ANOTHER_KEY    | ACCEPTED  | 409 payment-in-progress                | ACCEPTED
            CONFIRM_WITH_ANOTHER_KEY    | EXECUTING | 409 payment-in-progress                | EXECUTING
            CONFIRM_WITH_ANOTHER_KEY    | UNKNOWN   | 409 payment-in-progress                | UNKNOWN
            CONFIRM_WITH_ANOTHER_KEY    | REVIEW    | 409 payment-in-progress                | REVIEW
            CONFIRM_WITH_ANOTHER_KEY    | APPROVED  | 409 payment-final                      | APPROVED
            CONFIRM_WITH_ANOTHER_KEY    | COMPLETED | 409 payment-final                      | COMPLETED
            CONFIRM_WITH_ANOTHER_KEY    | DECLINED  | 409 payment-final                      | DECLINED
            CONFIRM_WITH_ANOTHER_KEY    | CANCELED  | 409 payment-final                      | CANCELED
            CONFIRM_WITH_ANOTHER_KEY    | EXPIRED   | 409 payment-final                      | EXPIRED
            CONFIRM_WITH_ANOTHER_AMOUNT | READY     | 422 amount-mismatch                    | READY
            CONFIRM_WITH_ANOTHER_AMOUNT | ACCEPTED  | 409 payment-in-progress, 422 amount-mismatch | ACCEPTED
            CONFIRM_WITH_ANOTHER_AMOUNT | EXECUTING | 409 payment-in-progress                | EXECUTING
            CONFIRM_WITH_ANOTHER_AMOUNT | UNKNOWN   | 409 payment-in-progress                | UNKNOWN
            CONFIRM_WITH_ANOTHER_AMOUNT | REVIEW    | 409 payment-in-progress                | REVIEW
            CONFIRM_WITH_ANOTHER_AMOUNT | APPROVED  | 409 payment-final                      | APPROVED
            CONFIRM_WITH_ANOTHER_AMOUNT | COMPLETED | 409 payment-final                      | COMPLETED
            CONFIRM_WITH_ANOTHER_AMOUNT | DECLINED  | 409 payment-final                      | DECLINED
            CONFIRM_WITH_ANOTHER_AMOUNT | CANCELED  | 409 payment-final                      | CANCELED
            CONFIRM_WITH_ANOTHER_AMOUNT | EXPIRED   | 409 payment-final                      | EXPIRED
            CANCEL                      | READY     | 200                                    | CANCELED
            CANCEL                      | ACCEPTED  | 200                                    | CANCELED
            CANCEL                      | EXECUTING | 409 payment-in-progress                | EXECUTING
            CANCEL                      | UNKNOWN   | 409 payment-in-progress                | UNKNOWN
            CANCEL                      | REVIEW    | 409 payment-in-progress                | REVIEW
            CANCEL                      | APPROVED  | 200                                    | APPROVED
            CANCEL                      | COMPLETED | 200                                    | COMPLETED
            CANCEL                      | DECLINED  | 409 payment-final                      | DECLINED
            CANCEL                      | CANCELED  | 200                                    | CANCELED
            CANCEL                      | EXPIRED   | 409 payment-final                      | EXPIRED
            REFUND                      | READY     | 409 payment-not-refundable             | READY
            REFUND                      | ACCEPTED  | 409 payment-not-refundable             | ACCEPTED
            REFUND                      | EXECUTING | 409 payment-in-progress                | EXECUTING
            REFUND                      | UNKNOWN   | 409 payment-in-progress                | UNKNOWN
            REFUND                      | REVIEW    | 409 payment-in-progress                | REVIEW
            REFUND                      | APPROVED  | 201                                    | APPROVED
            REFUND                      | COMPLETED | 201                                    | COMPLETED
            REFUND                      | DECLINED  | 409 payment-not-refundable             | DECLINED
            REFUND                      | CANCELED  | 409 payment-not-refundable             | CANCELED
            REFUND                      | EXPIRED   | 409 payment-not-refundable             | EXPIRED
            """)
    void eachOperationHasTheResponseAndNextStatusOfTheTable(
            Operation operation, State state, String responses, State afterwards) {
        try (StagedPayment staged =
                PREPARED.containsKey(state) ? PREPARED.get(state).next() : StagedPayment.in(state)) {
            TestOrder order = staged.order();

            Reply reply =
                    switch (operation) {
                        case CONFIRM -> order.confirm(staged.id(), StagedPayment.AMOUNT);
                        case CONFIRM_WITH_ANOTHER_KEY ->
                            client.post(
                                    "/payments/" + staged.id() + "/confirm",
                                    TestOrder.confirmation("other_" + order.tag(), StagedPayment.AMOUNT));
                        case CONFIRM_WITH_ANOTHER_AMOUNT -> order.confirm(staged.id(), StagedPayment.AMOUNT - 1);
                        case CANCEL -> order.cancel(staged.id());
                        case REFUND -> order.refund(staged.id());
                    };

            assertResponse(reply, responses);
            order.read(staged.id()).is(200).of(afterwards.name());
            if (operation == Operation.CANCEL || operation == Operation.REFUND) {
                boolean refunded = afterwards == State.APPROVED || afterwards == State.COMPLETED;
                assertThat(order.read(staged.id()).number("refundedAmount"))
                        .isEqualTo(refunded ? StagedPayment.AMOUNT : 0);
            }
            staged.close();
            PaymentInvariants.ofMainInstance().verify(order, staged.id());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "payment_transition, src/main/java/dev/jangbu/api/payment/PaymentStatus.java",
        "refund_transition, src/main/java/dev/jangbu/api/refund/RefundStatus.java"
    })
    void thePictureOfTheTransitionsIsTheTriggers(String trigger, Path source) throws SQLException, IOException {
        Map<String, Set<String>> pictured = new TreeMap<>();
        for (String line : Files.readAllLines(source)) {
            Matcher arrow = PICTURED.matcher(line);
            if (arrow.matches()) {
                pictured.put(arrow.group(1), Set.of(arrow.group(2).split(", ")));
            }
        }

        assertThat(pictured).isEqualTo(transitions(trigger));
    }

    /** From the source of the trigger's function. */
    private static Map<String, Set<String>> transitions(String trigger) throws SQLException {
        Map<String, Set<String>> transitions = new TreeMap<>();
        try (Connection connection = Testbed.database().asSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT prosrc FROM pg_proc WHERE proname = '" + trigger + "'")) {
            assertThat(row.next()).isTrue();
            PAIR.matcher(row.getString(1)).results().forEach(pair -> transitions
                    .computeIfAbsent(pair.group(1), from -> new TreeSet<>())
                    .add(pair.group(2)));
        }
        return transitions;
    }

    private static void assertResponse(Reply reply, String responses) {
        for (String response :
                Arrays.stream(responses.split(",")).map(String::strip).toList()) {
            String[] parts = response.split(" ", -1);
            if (reply.status() == Integer.parseInt(parts[0])) {
                if (parts.length == 1) {
                    reply.is(reply.status());
                } else if (parts[1].equals("payment-in-progress")) {
                    reply.problemForNow(reply.status(), parts[1]);
                } else {
                    reply.problem(reply.status(), parts[1]);
                }
                return;
            }
        }
        assertThat(reply).hasToString(responses);
    }

    @Test
    void onlyUnconfirmedAndQueuedPaymentsExpire() {
        List<StagedPayment> all =
                Arrays.stream(State.values()).map(StagedPayment::in).toList();
        try {
            all.forEach(staged -> StagedPayment.expire(staged.id()));
            // Payments expire in the order of their expiry.
            StagedPayment last = StagedPayment.in(State.READY);
            StagedPayment.expire(last.id());
            last.awaitState(State.EXPIRED);

            for (StagedPayment staged : all) {
                switch (staged.state()) {
                    case READY, ACCEPTED, EXPIRED -> staged.awaitState(State.EXPIRED);
                    default ->
                        staged.order()
                                .read(staged.id())
                                .is(200)
                                .of(staged.state().name());
                }
            }
        } finally {
            all.forEach(StagedPayment::close);
        }
        all.forEach(staged -> PaymentInvariants.ofMainInstance().verify(staged.order(), staged.id()));
    }

    @Test
    void anExpiredPaymentIsRefusedEvenBeforeItsStatusChanges() {
        StagedPayment staged = StagedPayment.in(State.READY);
        StagedPayment.expire(staged.id());

        staged.order().confirm(staged.id(), StagedPayment.AMOUNT).problem(409, "payment-final");

        staged.awaitState(State.EXPIRED);
        assertThat(PspCharges.matching(staged.order().tag())).isEmpty();
    }

    @Test
    void aPaymentKeyIsAcceptedForOnePaymentOnly() {
        StagedPayment first = StagedPayment.in(State.APPROVED);
        TestOrder second = new TestOrder(client);
        String id = second.create(StagedPayment.AMOUNT).is(201).id();

        client.post(
                        "/payments/" + id + "/confirm",
                        TestOrder.confirmation(first.order().paymentKey(), StagedPayment.AMOUNT))
                .problem(409, "payment-key-used");

        second.read(id).is(200).of("READY");
        second.confirm(id, StagedPayment.AMOUNT).is(200).of("APPROVED");
    }

    @Test
    void anOrderCanBePaidAgainOnlyAfterADeclineCancellationOrExpiry() {
        for (State state : State.values()) {
            try (StagedPayment staged = StagedPayment.in(state)) {
                Reply again = staged.order().create(5_000);
                switch (state) {
                    case DECLINED, CANCELED, EXPIRED -> again.is(201).of("READY");
                    default -> again.problem(409, "order-already-exists");
                }
            }
        }
    }

    @Test
    void theOutcomeOfAnUnknownPaymentIsDeterminedBeforeACancellationOrRefund() {
        for (boolean cancel : new boolean[] {true, false}) {
            StagedPayment staged = StagedPayment.in(State.UNKNOWN);
            staged.close();

            await().untilAsserted(() -> {
                Reply reply = cancel
                        ? staged.order().cancel(staged.id())
                        : staged.order().refund(staged.id());
                reply.is(cancel ? 200 : 201);
            });

            JsonNode payment = PaymentInvariants.ofMainInstance().verify(staged.order(), staged.id());
            assertThat(payment.get("refundStatus").asString()).isEqualTo("FULL");
        }
    }

    @Test
    void cancelingACompletelyRefundedPaymentChangesNothing() {
        StagedPayment staged = StagedPayment.in(State.APPROVED);
        staged.order().refund(staged.id()).is(201);

        staged.order().cancel(staged.id()).is(200).of("APPROVED");

        JsonNode payment = PaymentInvariants.ofMainInstance().verify(staged.order(), staged.id());
        assertThat(payment.get("refundedAmount").longValue()).isEqualTo(StagedPayment.AMOUNT);
        assertThat(PaymentInvariants.ofMainInstance().refunds(staged.id())).hasSize(1);
    }

    @Test
    void aCancellationRefundsTheRest() {
        StagedPayment staged = StagedPayment.in(State.APPROVED);
        staged.order().refund(staged.id(), TestOrder.refundOf("1", 700)).is(201);

        Reply canceled = staged.order().cancel(staged.id()).is(200).of("APPROVED");

        assertThat(canceled.get("refundStatus")).isEqualTo("FULL");
        PaymentInvariants.ofMainInstance().verify(staged.order(), staged.id());
    }
}
