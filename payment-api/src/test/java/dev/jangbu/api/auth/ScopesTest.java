package dev.jangbu.api.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.api.http.Problem;
import dev.jangbu.api.testbed.ApiContract;
import dev.jangbu.contract.ProblemCode;
import java.net.URI;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.RequestPath;
import tools.jackson.databind.JsonNode;

/** The scope that each call of the HTTP contract requires. */
class ScopesTest {

    /** Method, path and scope. */
    static final String CALLS = """
                    POST   | /v1/payments                         | payments:write
                    POST   | /v1/payments/0199/confirm            | payments:write
                    POST   | /v1/payments/0199/cancel             | payments:write
                    POST   | /v1/payments/0199/refunds            | payments:write
                    POST   | /v1/payments/0199/resolve            | admin
                    GET    | /v1/payments                         | payments:read
                    GET    | /v1/payments/0199                    | payments:read
                    HEAD   | /v1/payments/0199                    | payments:read
                    GET    | /v1/payments/0199/history            | payments:read
                    GET    | /v1/payments/0199/refunds            | payments:read
                    GET    | /v1/refunds/0199                     | payments:read
                    POST   | /v1/refunds/0199/resolve             | admin
                    GET    | /v1/wallets/seller-a                 | ledger:read
                    GET    | /v1/wallets/seller-a/entries         | ledger:read
                    POST   | /v1/wallets/seller-a/payouts         | payouts:write
                    GET    | /v1/payouts                          | payments:read
                    GET    | /v1/payouts/0199                     | payments:read
                    GET    | /v1/ledger/accounts                  | ledger:read
                    GET    | /v1/ledger/accounts/seller:a:payable | ledger:read
                    GET    | /v1/ledger/journals/0199             | ledger:read
                    GET    | /v1/ledger/trial-balance             | ledger:read
                    POST   | /v1/api-keys                         | admin
                    GET    | /v1/api-keys                         | admin
                    DELETE | /v1/api-keys/0199                    | admin
                    """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = CALLS)
    void eachCallRequiresItsScope(String method, String path, String scope) {
        assertThat(required(method, path).text()).isEqualTo(scope);
    }

    @Test
    void theDocumentNamesTheScopeOfEachCall() {
        ApiContract contract = ApiContract.committed();
        for (ApiContract.Operation operation : contract.operations()) {
            String path = operation.path().replaceAll("\\{\\w+}", "0199");
            assertThat(operation.node().at("/security/0/apiKey/0").asString())
                    .as("%s", operation)
                    .isEqualTo(required(operation.method(), path).text());
        }
        assertThat(contract.document().at("/components/schemas/Scope/enum").valueStream())
                .extracting(JsonNode::asString)
                .containsExactlyElementsOf(
                        Arrays.stream(Scope.values()).map(Scope::text).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/payments/0199/%72esolve, admin",
        "/v1/payments/0199/resolve;x=1, admin",
        "/v1/payments;x=1/0199;y/resolve, admin",
        "/v1/%61pi-keys, admin",
        "/v1/api-keys;a=b, admin",
        "/v1/w%61llets/seller-a/payouts, payouts:write",
        "/v1;x=y/wallets/seller-a/payouts, payouts:write",
    })
    void noSpellingOfAPathBypassesItsScope(String path, String scope) {
        assertThat(required("POST", path).text()).isEqualTo(scope);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/v1", "/v1/", "/v1/nothing", "/v1/Payments", "/v1//payments", "/v1/payments%2F0199/resolve"})
    void aPathWithoutARuleIsNotFound(String path) {
        assertThatThrownBy(() -> required("GET", path))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.code()).isEqualTo(ProblemCode.NOT_FOUND));
    }

    private static Scope required(String method, String path) {
        return Scopes.required(
                HttpMethod.valueOf(method),
                RequestPath.parse(URI.create(path), null).pathWithinApplication());
    }
}
