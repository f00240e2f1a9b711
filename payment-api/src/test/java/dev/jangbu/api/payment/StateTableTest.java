package dev.jangbu.api.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jangbu.api.testbed.Client;
import dev.jangbu.api.testbed.PspCharges;
import dev.jangbu.api.testbed.Reply;
import dev.jangbu.api.testbed.TestOrder;
import dev.jangbu.api.testbed.StagedPayment;
import dev.jangbu.api.testbed.StagedPayment.State;
import dev.jangbu.api.testbed.Testbed;
import dev.jangbu.api.testbed.PaymentInvariants;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The table of states and operations, cell by cell, on the running service. */
class StateTableTest {

    /** States that are reached by a wait are reached once for all cells. */
    private static final Map<State, Iterator<StagedPayment>> AT_HAND = new EnumMap<>(State.class);

    private final Client client = Testbed.client();

    @BeforeAll
    static void waitOnce() {
        for (State state : List.of(State.EXPIRED, State.COMPLETED)) {
            AT_HAND.put(state, StagedPayment.many(state, Operation.values().length).iterator());
        }
    }

    @AfterAll
    static void forget() {
        AT_HAND.clear();
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
    void eachOperationOnEachStateComesToWhatTheTableSays(
            Operation operation, State state, String answers, State afterwards) {
        try (StagedPayment staged = AT_HAND.containsKey(state) ? AT_HAND.get(state).next() : StagedPayment.in(state)) {
            TestOrder shop = staged.shop();

            Reply reply =
                    switch (operation) {
                        case CONFIRM -> shop.confirm(staged.id(), StagedPayment.AMOUNT);
                        case CONFIRM_WITH_ANOTHER_KEY ->
                            client.post(
                                    "/payments/" + staged.id() + "/confirm",
                                    TestOrder.confirmation("other_" + shop.tag(), StagedPayment.AMOUNT));
                        case CONFIRM_WITH_ANOTHER_AMOUNT -> shop.confirm(staged.id(), StagedPayment.AMOUNT - 1);
                        case CANCEL -> shop.cancel(staged.id());
                        case REFUND -> shop.refund(staged.id());
                    };

            assertAnswer(reply, answers);
            shop.read(staged.id()).is(200).of(afterwards.name());
            if (operation == Operation.CANCEL || operation == Operation.REFUND) {
                boolean goesBack = afterwards == State.APPROVED || afterwards == State.COMPLETED;
                assertThat(shop.read(staged.id()).number("refundedAmount")).isEqualTo(goesBack ? StagedPayment.AMOUNT : 0);
            }
            staged.close();
            PaymentInvariants.ofMainInstance().verify(shop, staged.id());
        }
    }

    private static void assertAnswer(Reply reply, String answers) {
        for (String answer :
                Arrays.stream(answers.split(",")).map(String::strip).toList()) {
            String[] parts = answer.split(" ", -1);
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
        assertThat(reply).hasToString(answers);
    }

    @Test
    void onlyWhatNobodyHasBegunExpires() {
        List<StagedPayment> all = Arrays.stream(State.values()).map(StagedPayment::in).toList();
        try {
            all.forEach(staged -> StagedPayment.outdate(staged.id()));
            // What is outdated later expires no sooner.
            StagedPayment last = StagedPayment.in(State.READY);
            StagedPayment.outdate(last.id());
            last.awaitState(State.EXPIRED);

            for (StagedPayment staged : all) {
                switch (staged.state()) {
                    case READY, ACCEPTED, EXPIRED -> staged.awaitState(State.EXPIRED);
                    default ->
                        staged.shop()
                                .read(staged.id())
                                .is(200)
                                .of(staged.state().name());
                }
            }
        } finally {
            all.forEach(StagedPayment::close);
        }
        all.forEach(staged -> PaymentInvariants.ofMainInstance().verify(staged.shop(), staged.id()));
    }

    @Test
    void aReadyPaymentWhoseTimeIsOverIsNotConfirmedHoweverLateTheClockworkIs() {
        StagedPayment staged = StagedPayment.in(State.READY);
        StagedPayment.outdate(staged.id());

        staged.shop().confirm(staged.id(), StagedPayment.AMOUNT).problem(409, "payment-final");

        staged.awaitState(State.EXPIRED);
        assertThat(PspCharges.matching(staged.shop().tag())).isEmpty();
    }

    @Test
    void aPaymentKeyPaysForOnePayment() {
        StagedPayment first = StagedPayment.in(State.APPROVED);
        TestOrder second = new TestOrder(client);
        String id = second.create(StagedPayment.AMOUNT).is(201).id();

        client.post(
                        "/payments/" + id + "/confirm",
                        TestOrder.confirmation(first.shop().paymentKey(), StagedPayment.AMOUNT))
                .problem(409, "payment-key-used");

        second.read(id).is(200).of("READY");
        second.confirm(id, StagedPayment.AMOUNT).is(200).of("APPROVED");
    }

    @Test
    void anOrderIsPaidOnceAndAnewWhenItCameToNothing() {
        for (State state : State.values()) {
            try (StagedPayment staged = StagedPayment.in(state)) {
                Reply again = staged.shop().create(5_000);
                switch (state) {
                    case DECLINED, CANCELED, EXPIRED -> again.is(201).of("READY");
                    default -> again.problem(409, "order-already-exists");
                }
            }
        }
    }

    @Test
    void anUnknownPaymentIsResolvedBeforeItIsCanceledOrRefunded() {
        for (boolean cancel : new boolean[] {true, false}) {
            StagedPayment staged = StagedPayment.in(State.UNKNOWN);
            staged.close();

            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                Reply reply = cancel
                        ? staged.shop().cancel(staged.id())
                        : staged.shop().refund(staged.id());
                reply.is(cancel ? 200 : 201);
            });

            JsonNode payment = PaymentInvariants.ofMainInstance().verify(staged.shop(), staged.id());
            assertThat(payment.get("refundStatus").asString()).isEqualTo("FULL");
        }
    }

    @Test
    void aCancelOfWhatWentBackInFullIsAnsweredAndChangesNothing() {
        StagedPayment staged = StagedPayment.in(State.APPROVED);
        staged.shop().refund(staged.id()).is(201);

        staged.shop().cancel(staged.id()).is(200).of("APPROVED");

        JsonNode payment = PaymentInvariants.ofMainInstance().verify(staged.shop(), staged.id());
        assertThat(payment.get("refundedAmount").longValue()).isEqualTo(StagedPayment.AMOUNT);
        assertThat(PaymentInvariants.ofMain().refunds(staged.id())).hasSize(1);
    }

    @Test
    void aCancelRefundsWhatIsLeft() {
        StagedPayment staged = StagedPayment.in(State.APPROVED);
        staged.shop().refund(staged.id(), TestOrder.refundOf("1", 700)).is(201);

        Reply canceled = staged.shop().cancel(staged.id()).is(200).of("APPROVED");

        assertThat(canceled.get("refundStatus")).isEqualTo("FULL");
        PaymentInvariants.ofMainInstance().verify(staged.shop(), staged.id());
    }
}
