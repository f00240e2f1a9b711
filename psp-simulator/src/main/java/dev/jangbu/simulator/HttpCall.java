package dev.jangbu.simulator;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A parsed HTTP request.
 *
 * @param path the segments, percent-decoded
 * @param currency the value of {@link Currency#HEADER}
 */
record HttpCall(
        String method,
        List<String> path,
        Map<String, String> query,
        @Nullable String authorization,
        @Nullable String idempotencyKey,
        @Nullable String currency,
        byte[] body) {

    /** Strict: text is no number, a number is no text, and no field is repeated or unknown. */
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfigDefaults(blank -> blank.setAcceptBlankAsEmpty(false))
            .withCoercionConfig(
                    LogicalType.Textual, text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .withCoercionConfig(
                    LogicalType.Integer, number -> number.setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
            .build();

    /** @throws InvalidRequestException if it is not JSON of that type, with the field and the reason */
    static <T> T parse(byte[] json, Class<T> type) {
        try {
            T value = JSON.readValue(json, type);
            if (value == null) {
                throw new InvalidRequestException("the body must be an object");
            }
            return value;
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof InvalidRequestException reason) {
                throw reason;
            }
            throw new InvalidRequestException(path(e) + e.getOriginalMessage());
        } catch (IOException e) {
            throw new InvalidRequestException("the body is not JSON");
        }
    }

    /** The path of the field at fault, for instance {@code rates.slow: }. */
    private static String path(JsonMappingException e) {
        return e.getPath().stream().map(field -> field.getFieldName() + ": ").collect(Collectors.joining());
    }

    static List<String> segments(String rawPath) {
        return Arrays.stream(rawPath.substring(1).split("/", -1))
                // A plus is a space only in a query.
                .map(segment -> decode(segment.replace("+", "%2B")))
                .toList();
    }

    /** The last value of each parameter; empty for one without a value. */
    static Map<String, String> parameters(@Nullable String rawQuery) {
        return rawQuery == null
                ? Map.of()
                : Arrays.stream(rawQuery.split("&", -1))
                        .map(parameter -> parameter.split("=", 2))
                        .collect(Collectors.toUnmodifiableMap(
                                pair -> decode(pair[0]), pair -> pair.length < 2 ? "" : decode(pair[1]), (a, b) -> b));
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException("the address is not percent-encoded correctly");
        }
    }
}
