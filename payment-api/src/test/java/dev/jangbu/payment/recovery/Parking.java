package dev.jangbu.payment.recovery;

import dev.jangbu.payment.PaymentApi;
import dev.jangbu.payment.psp.Psp;
import dev.jangbu.payment.psp.PspOrder;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.ReactiveTransaction;
import org.springframework.transaction.ReactiveTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import reactor.core.publisher.Mono;

/**
 * The service, with places where a piece of work stands still for ever, so that it can be killed there: the payment key
 * names the place. Only the tests' class path has it.
 */
final class Parking {

    private Parking() {}

    /** Where work stands still, between its two transactions and about the second one. */
    enum Place {
        AFTER_T1,
        AFTER_THE_ANSWER,
        BEFORE_T2_COMMITS,
        AFTER_T2;

        /** The beginning of the payment key of a confirmation that is to stand here. */
        String confirm() {
            return "parkconfirm-" + name();
        }

        /** The beginning of the payment key of a payment whose refund is to stand here. */
        String refund() {
            return "parkrefund-" + name();
        }

        boolean isOf(String paymentKey, boolean confirms) {
            return paymentKey.startsWith((confirms ? confirm() : refund()) + "_");
        }
    }

    public static void main(String[] args) {
        SpringApplication.run(new Class<?>[] {PaymentApi.class, Places.class}, args);
    }

    /** Without an annotation by which the service itself would find it. */
    static class Places {

        @Bean
        static BeanPostProcessor places(ObjectProvider<DatabaseClient> database) {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    if (bean instanceof Psp psp) {
                        return around(psp);
                    }
                    return bean instanceof ReactiveTransactionManager transactions
                            ? new Commits(transactions, database)
                            : bean;
                }
            };
        }
    }

    /** The places before and after the call. */
    private static Psp around(Psp psp) {
        return (Psp)
                Proxy.newProxyInstance(Psp.class.getClassLoader(), new Class<?>[] {Psp.class}, (self, method, args) -> {
                    boolean confirms = method.getName().equals("confirm");
                    if (confirms || method.getName().equals("cancel")) {
                        String paymentKey = Arrays.stream(args)
                                .filter(PspOrder.class::isInstance)
                                .map(order -> ((PspOrder) order).paymentKey())
                                .findFirst()
                                .orElseThrow();
                        if (Place.AFTER_T1.isOf(paymentKey, confirms)) {
                            return Mono.never();
                        }
                        if (Place.AFTER_THE_ANSWER.isOf(paymentKey, confirms)) {
                            return ((Mono<?>) method.invoke(psp, args)).flatMap(answer -> Mono.never());
                        }
                    }
                    try {
                        return method.invoke(psp, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** The places before and after the commit: those of a transaction that makes something APPROVED. */
    private record Commits(ReactiveTransactionManager transactions, ObjectProvider<DatabaseClient> database)
            implements ReactiveTransactionManager {

        /** What this very transaction has approved. */
        private static final String APPROVED_HERE = """
                SELECT payment_key
                  FROM payments
                 WHERE status = 'APPROVED' AND xmin = pg_current_xact_id()::xid AND payment_key LIKE 'parkconfirm-%'
                UNION ALL
                SELECT p.payment_key
                  FROM refunds r JOIN payments p ON p.id = r.payment_id
                 WHERE r.status = 'APPROVED' AND r.xmin = pg_current_xact_id()::xid AND p.payment_key LIKE 'parkrefund-%'
                """;

        @Override
        public Mono<ReactiveTransaction> getReactiveTransaction(TransactionDefinition definition) {
            return transactions.getReactiveTransaction(definition);
        }

        @Override
        public Mono<Void> commit(ReactiveTransaction transaction) {
            return database.getObject()
                    .sql(APPROVED_HERE)
                    .map(row -> row.get("payment_key", String.class))
                    .first()
                    .defaultIfEmpty("")
                    .flatMap(paymentKey -> {
                        if (isAt(Place.BEFORE_T2_COMMITS, paymentKey)) {
                            return Mono.never();
                        }
                        Mono<Void> committed = transactions.commit(transaction);
                        return isAt(Place.AFTER_T2, paymentKey) ? committed.then(Mono.never()) : committed;
                    });
        }

        private static boolean isAt(Place place, String paymentKey) {
            return place.isOf(paymentKey, true) || place.isOf(paymentKey, false);
        }

        @Override
        public Mono<Void> rollback(ReactiveTransaction transaction) {
            return transactions.rollback(transaction);
        }
    }
}
