package dev.jangbu.api.auth;

import dev.jangbu.api.http.Problem;
import java.util.List;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** Which scope a call needs. A path that has no rule is not there, so that nothing is open because it was forgotten. */
public final class Scopes {

    /** @param writing for every method but GET and HEAD */
    private record Rule(PathPattern path, Scope reading, Scope writing) {

        Rule(String path, Scope reading, Scope writing) {
            this(PathPatternParser.defaultInstance.parse(path), reading, writing);
        }
    }

    /** The first that matches counts. */
    private static final List<Rule> RULES = List.of(
            new Rule("/v1/api-keys/**", Scope.ADMIN, Scope.ADMIN),
            new Rule("/v1/payments/{id}/resolve", Scope.ADMIN, Scope.ADMIN),
            new Rule("/v1/refunds/{id}/resolve", Scope.ADMIN, Scope.ADMIN),
            new Rule("/v1/payments/**", Scope.PAYMENTS_READ, Scope.PAYMENTS_WRITE),
            new Rule("/v1/refunds/**", Scope.PAYMENTS_READ, Scope.PAYMENTS_WRITE),
            new Rule("/v1/payouts/**", Scope.PAYMENTS_READ, Scope.PAYOUTS_WRITE),
            new Rule("/v1/wallets/**", Scope.LEDGER_READ, Scope.PAYOUTS_WRITE),
            new Rule("/v1/ledger/**", Scope.LEDGER_READ, Scope.LEDGER_READ));

    private Scopes() {}

    /** @throws Problem 404 for a path that no rule is about */
    public static Scope needed(HttpMethod method, PathContainer path) {
        boolean reads = HttpMethod.GET.equals(method) || HttpMethod.HEAD.equals(method);
        return RULES.stream()
                .filter(rule -> rule.path().matches(path))
                .findFirst()
                .map(rule -> reads ? rule.reading() : rule.writing())
                .orElseThrow(() -> Problem.notFound("resource"));
    }
}
