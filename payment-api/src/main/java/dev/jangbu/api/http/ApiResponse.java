package dev.jangbu.api.http;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * A response, as sent to the client and as stored under an idempotency key.
 *
 * @param status the HTTP status
 * @param body JSON: the resource, or a problem if the status is 400 or above
 * @param location the {@code Location} header, for 201 and 202
 * @param replayed whether it was stored by an earlier call
 */
public record ApiResponse(int status, String body, @Nullable String location, boolean replayed) {

    public ApiResponse(int status, String body, @Nullable String location) {
        this(status, body, location, false);
    }

    /** A copy marked as replayed. */
    public ApiResponse asReplay() {
        return new ApiResponse(status, body, location, true);
    }

    /** The HTTP response with the version as its ETag, for a resource that changes only with its version. */
    public ResponseEntity<byte[]> toEntity(long version) {
        return toEntity(Long.toString(version));
    }

    /** The HTTP response with an ETag. Two different bodies of a resource must not have the same one. */
    public ResponseEntity<byte[]> toEntity(String entityTag) {
        return withHeaders(toEntity(), headers -> headers.setETag("\"" + entityTag + "\""));
    }

    /** A copy of the HTTP response with more headers. */
    public static ResponseEntity<byte[]> withHeaders(ResponseEntity<byte[]> entity, Consumer<HttpHeaders> added) {
        return ResponseEntity.status(entity.getStatusCode())
                .headers(entity.getHeaders())
                .headers(added)
                .body(entity.getBody());
    }

    /** The HTTP response. */
    public ResponseEntity<byte[]> toEntity() {
        HttpHeaders headers = new HttpHeaders();
        headers.setContentType(status >= 400 ? MediaType.APPLICATION_PROBLEM_JSON : MediaType.APPLICATION_JSON);
        if (location != null) {
            headers.set(HttpHeaders.LOCATION, location);
        }
        if (replayed) {
            headers.set("Idempotency-Replayed", "true");
        }
        if (status == 202) {
            headers.set(HttpHeaders.RETRY_AFTER, "1");
        }
        return ResponseEntity.status(status).headers(headers).body(body.getBytes(StandardCharsets.UTF_8));
    }
}
