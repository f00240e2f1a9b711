package dev.jangbu.api.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A reply of the service.
 *
 * @param text the body
 */
public record Reply(int status, HttpHeaders headers, String text) {

    private static final JsonMapper JSON = new JsonMapper();

    /** The body as JSON. */
    public JsonNode json() {
        return JSON.readTree(text);
    }

    /** A member of the body, as text; empty if null or absent. */
    public String get(String member) {
        JsonNode value = json().path(member);
        return value.isNull() || value.isMissingNode() ? "" : value.asString();
    }

    public long number(String member) {
        JsonNode value = json().path(member);
        assertThat(value.isIntegralNumber()).as("%s in %s", member, this).isTrue();
        return value.longValue();
    }

    public String id() {
        return get("id");
    }

    /** The only value of a header; empty if absent. */
    public String header(String name) {
        assertThat(headers.allValues(name)).hasSizeLessThanOrEqualTo(1);
        Optional<String> value = headers.firstValue(name);
        return value.orElse("");
    }

    public boolean replayed() {
        return header("Idempotency-Replayed").equals("true");
    }

    /** Asserts the HTTP status and a JSON body. */
    public Reply is(int expected) {
        assertThat(status).as("%s", this).isEqualTo(expected);
        if (expected != 204) {
            assertThat(header("Content-Type"))
                    .as("%s", this)
                    .startsWith(expected < 400 ? "application/json" : "application/problem+json");
        }
        return this;
    }

    /** Asserts the resource's status. */
    public Reply of(String resourceStatus) {
        assertThat(get("status")).as("%s", this).isEqualTo(resourceStatus);
        return this;
    }

    /** Asserts the HTTP status and the problem code. */
    public Reply problem(int expected, String code) {
        isAnyProblem();
        assertThat(status).as("%s", this).isEqualTo(expected);
        assertThat(get("code")).as("%s", this).isEqualTo(code);
        return this;
    }

    /** Asserts a temporary problem: one with {@code Retry-After}. */
    public Reply problemForNow(int expected, String code) {
        problem(expected, code);
        assertThat(header("Retry-After")).as("%s", this).matches("[1-9][0-9]*");
        return this;
    }

    /** Asserts a complete problem body (RFC 9457). */
    public Reply isAnyProblem() {
        assertThat(header("Content-Type")).as("%s", this).isEqualTo("application/problem+json");
        JsonNode problem = json();
        assertThat(problem.path("type").asString("")).as("%s", this).isNotBlank();
        assertThat(problem.path("title").asString("")).as("%s", this).isNotBlank();
        assertThat(problem.path("detail").asString("")).as("%s", this).isNotBlank();
        assertThat(problem.path("instance").asString("")).as("%s", this).isNotBlank();
        assertThat(problem.path("code").asString("")).as("%s", this).matches("[a-z]+(-[a-z]+)*");
        assertThat(problem.path("status").asInt(0)).as("%s", this).isEqualTo(status);
        return this;
    }

    @Override
    public String toString() {
        return status + " " + headers.map() + " " + text;
    }
}
