package dev.jangbu.payment.access;

import dev.jangbu.payment.edge.Answer;
import dev.jangbu.payment.edge.Detached;
import dev.jangbu.payment.edge.Problem;
import dev.jangbu.payment.idempotency.IdempotencyKey;
import java.util.UUID;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** API keys over HTTP. */
@RestController
@RequestMapping("/v1/api-keys")
class ApiKeyController {

    private final IssueApiKey issue;
    private final RevokeApiKey revoke;

    ApiKeyController(IssueApiKey issue, RevokeApiKey revoke) {
        this.issue = issue;
        this.revoke = revoke;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> issue(@RequestHeader HttpHeaders headers, @RequestBody Mono<ApiKeyRequest> body) {
        IdempotencyKey key = IdempotencyKey.of(headers);
        return body.flatMap(request -> Detached.run(issue.issue(request, key))).map(ApiKeyController::notStored);
    }

    @DeleteMapping("/{id}")
    Mono<ResponseEntity<Void>> revoke(@PathVariable String id) {
        return Detached.run(revoke.revoke(id(id)))
                .thenReturn(ResponseEntity.noContent().build());
    }

    /** A secret that is shown once is not to be found in a cache. */
    private static ResponseEntity<byte[]> notStored(Answer answer) {
        ResponseEntity<byte[]> entity = answer.toEntity();
        HttpHeaders headers = new HttpHeaders(entity.getHeaders());
        headers.setCacheControl(CacheControl.noStore());
        return new ResponseEntity<>(entity.getBody(), headers, entity.getStatusCode());
    }

    private static UUID id(String text) {
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equalsIgnoreCase(text)) {
                return id;
            }
        } catch (IllegalArgumentException notAnId) {
            // The same as an id that nothing has.
        }
        throw Problem.notFound("API key");
    }
}
