package dev.jangbu.api.recovery;

import dev.jangbu.api.psp.Psp;
import dev.jangbu.api.psp.PspOrder;
import dev.jangbu.api.testbed.WithoutCompletions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/**
 * The service with crash points, where an operation blocks forever so that a test can kill the process. The payment key
 * or a request header names the crash point.
 */
final class CrashPoints {

    /** Request header with a crash point that does not depend on the payment key. */
    static final String HEADER = "Crash-Point";

    private CrashPoints() {}

    /** The crash points between and after the two transactions. */
    enum Point {
        AFTER_T1,
        AFTER_PSP_RESULT,
        BEFORE_T2_COMMITS,
        AFTER_T2;

        /** Prefix of the payment key of a confirmation that blocks here. */
        String confirmPrefix() {
            return "crashconfirm-" + name();
        }

        /** Prefix of the payment key of a payment whose refund blocks here. */
        String refundPrefix() {
            return "crashrefund-" + name();
        }

        boolean matches(String paymentKey, boolean confirms) {
            return paymentKey.startsWith((confirms ? confirmPrefix() : refundPrefix()) + "_");
        }
    }

    public static void main(String[] args) {
        WithoutCompletions.run(args, Beans.class);
    }

    /** Without an annotation, so that no other test's component scan finds it. */
    static class Beans {

        @Bean
        static BeanPostProcessor crashPoints() {
            return new BeanPostProcessor() {
                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof Psp psp ? withCrashPoints(psp) : bean;
                }
            };
        }

        /** The crash point after the commit: the response is never sent. */
        @Bean
        static WebFilter afterCommits() {
            return (exchange, chain) -> {
                if (Point.AFTER_T2
                        .name()
                        .equals(exchange.getRequest().getHeaders().getFirst(HEADER))) {
                    exchange.getResponse().beforeCommit(Mono::never);
                }
                return chain.filter(exchange);
            };
        }
    }

    /** The crash points before and after the call to the PSP. */
    private static Psp withCrashPoints(Psp psp) {
        return (Psp)
                Proxy.newProxyInstance(Psp.class.getClassLoader(), new Class<?>[] {Psp.class}, (self, method, args) -> {
                    boolean confirms = method.getName().equals("confirm");
                    if (confirms || method.getName().equals("cancel")) {
                        String paymentKey = Arrays.stream(args)
                                .filter(PspOrder.class::isInstance)
                                .map(order -> ((PspOrder) order).paymentKey())
                                .findFirst()
                                .orElseThrow();
                        if (Point.AFTER_T1.matches(paymentKey, confirms)) {
                            return Mono.never();
                        }
                        if (Point.AFTER_PSP_RESULT.matches(paymentKey, confirms)) {
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

    /** The crash point before the commit, in a database of one test. */
    static final String BEFORE_COMMITS =
            """
            CREATE FUNCTION block() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_sleep(3600)
                   FROM payments
                  WHERE id = (to_jsonb(NEW) ->> TG_ARGV[0])::uuid AND starts_with(payment_key, TG_ARGV[1]);
                RETURN NULL;
            END
            $$;
            CREATE CONSTRAINT TRIGGER block AFTER UPDATE ON payments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
                WHEN (NEW.status = 'APPROVED' AND NEW.cause = 'confirm')
                EXECUTE FUNCTION block('id', '%s_');
            CREATE CONSTRAINT TRIGGER block AFTER UPDATE ON refunds DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
                WHEN (NEW.status = 'APPROVED' AND NEW.cause = 'refund')
                EXECUTE FUNCTION block('payment_id', '%s_');
            """.formatted(Point.BEFORE_T2_COMMITS.confirmPrefix(), Point.BEFORE_T2_COMMITS.refundPrefix());
}
