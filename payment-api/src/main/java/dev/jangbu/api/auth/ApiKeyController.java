package dev.jangbu.api.auth;

import dev.jangbu.api.http.ApiResponse;
import dev.jangbu.api.http.Ids;
import dev.jangbu.api.http.NonCancellable;
import dev.jangbu.api.http.Page;
import dev.jangbu.api.idempotency.IdempotencyKey;
import java.util.Set;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** HTTP endpoints of API keys. */
@RestController
@RequestMapping("/v1/api-keys")
class ApiKeyController {

    private final IssueApiKey issue;
    private final RevokeApiKey revoke;
    private final ApiKeyStore store;
    private final JsonMapper json;

    ApiKeyController(IssueApiKey issue, RevokeApiKey revoke, ApiKeyStore store, JsonMapper json) {
        this.issue = issue;
        this.revoke = revoke;
        this.store = store;
        this.json = json;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<byte[]>> issue(@RequestHeader HttpHeaders headers, @RequestBody Mono<ApiKeyRequest> body) {
        IdempotencyKey key = IdempotencyKey.of(headers);
        return body.flatMap(request -> NonCancellable.run(issue.issue(request, key)))
                .map(ApiKeyController::uncached);
    }

    @GetMapping
    Mono<ResponseEntity<byte[]>> list(ServerHttpRequest request) {
        Page page = Page.of(request, Set.of());
        return page.toEntity(
                json, store.list(page).map(ApiKeyView::of), key -> key.id().toString());
    }

    @DeleteMapping("/{id}")
    Mono<ResponseEntity<Void>> revoke(@PathVariable String id) {
        return NonCancellable.run(revoke.revoke(Ids.inPath(id, "API key")))
                .thenReturn(ResponseEntity.noContent().build());
    }

    /** Forbids caching: the response holds the secret. */
    private static ResponseEntity<byte[]> uncached(ApiResponse response) {
        return ApiResponse.withHeaders(response.toEntity(), headers -> headers.setCacheControl(CacheControl.noStore()));
    }
}
