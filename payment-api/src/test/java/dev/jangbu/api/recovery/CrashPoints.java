package dev.jangbu.api.recovery;

import dev.jangbu.api.PaymentApi;
import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspOrder;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/**
 * The service, with places where a piece of work stands still for ever, so that it can be killed there: the payment key
 * names the place, or the request does. Only the tests' class path has it.
 */
final class CrashPoints {

    /** Of a request: the place where it is to stand, if that is no matter of the payment key. */
    static final String HEADER = "Park";

    private CrashPoints() {}

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
        static BeanPostProcessor places() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof Psp psp ? around(psp) : bean;
                }
            };
        }

        /** The place after the commit: what was done is never answered. */
        @Bean
        static WebFilter afterCommits() {
            return (exchange, chain) -> {
                if (Place.AFTER_T2
                        .name()
                        .equals(exchange.getRequest().getHeaders().getFirst(HEADER))) {
                    exchange.getResponse().beforeCommit(Mono::never);
                }
                return chain.filter(exchange);
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

    /** The place before the commit, in a database of which nobody else needs anything. Who has lost its client ends. */
    static final String BEFORE_COMMITS =
            """
            ALTER DATABASE jangbu_payment SET client_connection_check_interval = 100;
            CREATE FUNCTION park() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_sleep(3600)
                   FROM payments
                  WHERE id = (to_jsonb(NEW) ->> TG_ARGV[0])::uuid AND starts_with(payment_key, TG_ARGV[1]);
                RETURN NULL;
            END
            $$;
            CREATE CONSTRAINT TRIGGER park AFTER UPDATE ON payments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
                WHEN (NEW.status = 'APPROVED' AND NEW.cause = 'confirm')
                EXECUTE FUNCTION park('id', '%s_');
            CREATE CONSTRAINT TRIGGER park AFTER UPDATE ON refunds DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
                WHEN (NEW.status = 'APPROVED' AND NEW.cause = 'refund')
                EXECUTE FUNCTION park('payment_id', '%s_');
            """.formatted(Place.BEFORE_T2_COMMITS.confirm(), Place.BEFORE_T2_COMMITS.refund());
}
