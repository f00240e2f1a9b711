package dev.jangbu.api.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * An answer as it goes to the client and as it is kept for repetitions of the call.
 *
 * @param status the HTTP status
 * @param body JSON: the resource, or from 400 a problem
 * @param location of the resource, where the status asks for it
 * @param replayed whether it was given before
 */
public record Answer(int status, String body, @Nullable String location, boolean replayed) {

    public Answer(int status, String body, @Nullable String location) {
        this(status, body, location, false);
    }

    /** The same answer, marked as given before. */
    public Answer asReplay() {
        return new Answer(status, body, location, true);
    }

    /** The answer in HTTP, with the resource's version as its ETag. */
    public ResponseEntity<byte[]> toEntity(long version) {
        ResponseEntity<byte[]> entity = toEntity();
        HttpHeaders headers = new HttpHeaders(entity.getHeaders());
        headers.setETag("\"" + version + "\"");
        return new ResponseEntity<>(entity.getBody(), headers, entity.getStatusCode());
    }

    /** The answer in HTTP. */
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
