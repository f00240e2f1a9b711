package dev.jangbu.api.auth;

import dev.jangbu.api.http.Problem;
import java.util.List;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** The scope that each call requires. A path without a rule is answered with 404, so no path is public by omission. */
final class Scopes {

    /** @param write required by every method except GET and HEAD */
    private record Rule(PathPattern path, Scope read, Scope write) {

        Rule(String path, Scope read, Scope write) {
            this(PathPatternParser.defaultInstance.parse(path), read, write);
        }
    }

    /** The first matching rule applies. */
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

    /** @throws Problem 404 for a path without a rule */
    static Scope required(HttpMethod method, PathContainer path) {
        boolean isRead = HttpMethod.GET.equals(method) || HttpMethod.HEAD.equals(method);
        return RULES.stream()
                .filter(rule -> rule.path().matches(path))
                .findFirst()
                .map(rule -> isRead ? rule.read() : rule.write())
                .orElseThrow(() -> Problem.notFound("resource"));
    }
}
