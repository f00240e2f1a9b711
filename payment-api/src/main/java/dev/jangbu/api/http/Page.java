package dev.jangbu.api.http;

import dev.jangbu.api.http.Problem.FieldError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.databind.json.JsonMapper;

/**
 * What part of a list is asked for. A cursor names the last item that the client has seen, so that items that come in between
 * neither hide nor repeat others; clients only hand it back.
 *
 * @param limit 1 to 100
 * @param after the key of the last item seen; null at the beginning
 * @param filters the other parameters, each once
 */
public record Page(String path, int limit, @Nullable String after, Map<String, String> filters) {

    private static final int LIMIT_MAX = 100;
    private static final int LIMIT_DEFAULT = 20;
    private static final int CURSOR_MAX_CHARS = 200;

    /**
     * Reads a request for a list.
     *
     * @param known the filters that the list knows
     * @throws Problem 422 that names every parameter that is wrong
     */
    public static Page of(ServerHttpRequest request, Set<String> known) {
        MultiValueMap<String, String> query = request.getQueryParams();
        List<FieldError> errors = new ArrayList<>();
        Map<String, String> filters = new LinkedHashMap<>();
        query.forEach((name, values) -> {
            if (values.size() != 1
                    || values.getFirst() == null
                    || values.getFirst().isEmpty()) {
                errors.add(new FieldError(shown(name), "must be given once, with a value"));
            } else if (known.contains(name)) {
                filters.put(name, values.getFirst());
            } else if (!name.equals("limit") && !name.equals("cursor")) {
                errors.add(new FieldError(shown(name), "is not a parameter of this list"));
            }
        });
        if (!errors.isEmpty()) {
            throw Problem.invalid(errors);
        }
        return new Page(
                request.getPath().pathWithinApplication().value(),
                limit(query.getFirst("limit")),
                cursor(query.getFirst("cursor")),
                filters);
    }

    /** One filter; empty if it isn't given. */
    public Optional<String> filter(String name) {
        return Optional.ofNullable(filters.get(name));
    }

    /** One filter, read; null if it isn't given. */
    public <T> @Nullable T filter(String name, String mustBe, Function<String, T> reading) {
        String text = filters.get(name);
        return text == null ? null : read(name, mustBe, text, reading);
    }

    /** The cursor, read as the key that this list is ordered by; null at the beginning. */
    public <T> @Nullable T after(Function<String, T> reading) {
        return after == null ? null : read("cursor", "must be one that a list like this gave out", after, reading);
    }

    /** How many rows to select: one more than are shown tells whether there are more. */
    public int rows() {
        return limit + 1;
    }

    /**
     * The answer.
     *
     * @param found up to {@link #rows()} items
     * @param key of an item, which {@link #after(Function)} reads
     */
    public <T> ResponseEntity<byte[]> answer(JsonMapper json, List<T> found, Function<T, String> key) {
        boolean more = found.size() > limit;
        List<T> shown = more ? found.subList(0, limit) : found;
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(MediaType.APPLICATION_JSON);
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("data", shown);
        body.put("nextCursor", null);
        if (more) {
            String next = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(key.apply(shown.getLast()).getBytes(StandardCharsets.UTF_8));
            body.put("nextCursor", next);
            headers.set(HttpHeaders.LINK, "<" + link(next) + ">; rel=\"next\"");
        }
        return ResponseEntity.ok().headers(headers).body(json.writeValueAsBytes(body));
    }

    private String link(String cursor) {
        UriComponentsBuilder link = UriComponentsBuilder.fromPath(path);
        filters.forEach((name, value) -> link.queryParam(name, "{" + name + "}"));
        return link.queryParam("limit", limit)
                .queryParam("cursor", cursor)
                .encode()
                .buildAndExpand(filters)
                .toUriString();
    }

    private static int limit(@Nullable String text) {
        String mustBe = "must be an integer from 1 to " + LIMIT_MAX;
        return text == null
                ? LIMIT_DEFAULT
                : read("limit", mustBe, text, given -> {
                    int limit = Integer.parseInt(given);
                    if (limit < 1 || limit > LIMIT_MAX) {
                        throw new IllegalArgumentException();
                    }
                    return limit;
                });
    }

    private static @Nullable String cursor(@Nullable String text) {
        return text == null
                ? null
                : read("cursor", "must be one that a list gave out", text, given -> {
                    if (given.length() > CURSOR_MAX_CHARS) {
                        throw new IllegalArgumentException();
                    }
                    return new String(Base64.getUrlDecoder().decode(given), StandardCharsets.UTF_8);
                });
    }

    private static <T> T read(String name, String mustBe, String text, Function<String, T> reading) {
        try {
            return reading.apply(text);
        } catch (IllegalArgumentException | java.time.DateTimeException unreadable) {
            throw Problem.invalid(name, mustBe);
        }
    }

    /** A parameter's name comes from the client: only what looks like a name is repeated. */
    private static String shown(String name) {
        return name.matches("[A-Za-z0-9_.-]{1,40}") ? name : "a parameter";
    }
}
