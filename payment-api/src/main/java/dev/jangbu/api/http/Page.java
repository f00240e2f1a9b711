package dev.jangbu.api.http;

import dev.jangbu.api.http.Problem.FieldError;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * The requested page of a list. A cursor holds the key of the last item of the previous page, so items inserted
 * meanwhile neither hide nor repeat others. It is opaque to clients.
 *
 * @param limit 1 to 100
 * @param after key of the last item of the previous page; null: first page
 * @param filters the other query parameters
 */
public record Page(String path, int limit, @Nullable String after, Map<String, String> filters) {

    private static final UUID HIGHEST = new UUID(-1, -1);
    private static final int LIMIT_MAX = 100;
    private static final int LIMIT_DEFAULT = 20;
    private static final int CURSOR_MAX_CHARS = 200;
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,3}");
    private static final Pattern FOUR_DIGIT_YEAR = Pattern.compile("[0-9]{4}-");
    private static final Pattern OFFSET_AFTER_SPACE = Pattern.compile(" \\d\\d:?\\d\\d$");

    /**
     * Parses the query of a list request.
     *
     * @param known names of the filters that the list supports
     * @throws Problem 422 that names every invalid parameter
     */
    public static Page of(ServerHttpRequest request, Set<String> known) {
        MultiValueMap<String, String> query = request.getQueryParams();
        List<FieldError> errors = new ArrayList<>();
        Map<String, String> filters = new LinkedHashMap<>();
        query.forEach((name, values) -> {
            if (values.size() != 1
                    || values.getFirst() == null
                    || values.getFirst().isEmpty()) {
                errors.add(new FieldError(printable(name), "must be given once, with a value"));
            } else if (known.contains(name)) {
                filters.put(name, values.getFirst());
            } else if (!name.equals("limit") && !name.equals("cursor")) {
                errors.add(new FieldError(printable(name), "is not a parameter of this list"));
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

    /** The value of a filter; empty if absent. */
    public Optional<String> filter(String name) {
        return Optional.ofNullable(filters.get(name));
    }

    /** The parsed value of a filter; null if absent. */
    public <T> @Nullable T filter(String name, String mustBe, Function<String, T> parser) {
        String text = filters.get(name);
        return text == null ? null : parse(name, mustBe, text, parser);
    }

    /** The time in a filter, RFC 3339 with any offset, at the earliest 1970; null if absent. */
    public @Nullable Instant time(String name) {
        String text = filters.get(name);
        return text == null ? null : time(name, text);
    }

    /** The cursor, parsed as the sort key of this list; null: first page. */
    public <T> @Nullable T after(Function<String, T> parser) {
        return after == null ? null : parse("cursor", "must be the nextCursor of a page of this list", after, parser);
    }

    /** The id below which a list from the newest to the oldest id (UUIDv7) continues. */
    public UUID below() {
        UUID id = after(Ids::inCursor);
        return id == null ? HIGHEST : id;
    }

    /** The place below which a list in the order of creation continues. */
    public CreationOrder belowInOrder() {
        CreationOrder place = after(CreationOrder::parse);
        return place == null ? CreationOrder.NEWEST : place;
    }

    /** The number of rows to select: one more than the limit, which tells whether there is a next page. */
    public int rows() {
        return limit + 1;
    }

    /**
     * The response: the page and the link to the next one.
     *
     * @param found up to {@link #rows()} items
     * @param key returns the sort key of an item, as {@link #after(Function)} parses it
     */
    public <T> Mono<ResponseEntity<byte[]>> toEntity(JsonMapper json, Flux<T> found, Function<T, String> key) {
        return found.collectList().map(items -> toEntity(json, items, key));
    }

    private <T> ResponseEntity<byte[]> toEntity(JsonMapper json, List<T> found, Function<T, String> key) {
        boolean more = found.size() > limit;
        List<T> items = more ? found.subList(0, limit) : found;
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(MediaType.APPLICATION_JSON);
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("data", items);
        body.put("nextCursor", null);
        if (more) {
            String next = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(key.apply(items.getLast()).getBytes(StandardCharsets.UTF_8));
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
                : parse("limit", mustBe, text, value -> {
                    // parseInt alone takes signs, and the digits of any script.
                    int limit = DIGITS.matcher(value).matches() ? Integer.parseInt(value) : 0;
                    if (limit < 1 || limit > LIMIT_MAX) {
                        throw new IllegalArgumentException();
                    }
                    return limit;
                });
    }

    private static Instant time(String name, String text) {
        try {
            Instant time = Instant.parse(text);
            // RFC 3339 years have four digits, Java's up to nine and a sign.
            if (FOUR_DIGIT_YEAR.matcher(text).lookingAt()) {
                return time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time;
            }
        } catch (DateTimeException e) {
            // Refused below.
        }
        throw Problem.invalid(
                name,
                OFFSET_AFTER_SPACE.matcher(text).find()
                        ? "has a space in place of the + of its offset: a + in a query is a space; send it as %2B"
                        : "must be a time such as 2026-01-31T00:00:00Z");
    }

    private static @Nullable String cursor(@Nullable String text) {
        return text == null
                ? null
                : parse("cursor", "must be the nextCursor of a page", text, value -> {
                    if (value.length() > CURSOR_MAX_CHARS) {
                        throw new IllegalArgumentException();
                    }
                    return new String(Base64.getUrlDecoder().decode(value), StandardCharsets.UTF_8);
                });
    }

    private static <T> T parse(String name, String mustBe, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw Problem.invalid(name, mustBe);
        }
    }

    /** A parameter's name comes from the client, so only a plain name is echoed. */
    private static String printable(String name) {
        return name.matches("[A-Za-z0-9_.-]{1,40}") ? name : "a parameter";
    }
}
