package dev.jangbu.settlement.query;

import dev.jangbu.settlement.BookPosition;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import org.apache.kafka.streams.state.HostInfo;
import org.springframework.http.ProblemDetail;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;
import org.springframework.web.util.UriComponentsBuilder;

/** Asks the instance that owns a wallet, over the same call that it answers itself. */
@Component
final class OtherInstances {

    /** Marks a question that was passed on once, and must not be again. */
    static final String FORWARDED = "Jangbu-Forwarded";

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(1);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);

    private final RestClient http;

    OtherInstances() {
        JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(
                HttpClient.newBuilder().connectTimeout(CONNECT_WITHIN).build());
        factory.setReadTimeout(ANSWER_WITHIN);
        this.http = RestClient.builder().requestFactory(factory).build();
    }

    /** @throws RestoringException if the other one does not answer with the wallet, for the reason that it gives */
    WalletView find(HostInfo owner, WalletKey key, BookPosition position) {
        try {
            WalletView wallet = http.get()
                    .uri(uri(owner, key, position))
                    .header(FORWARDED, "true")
                    .retrieve()
                    .body(WalletView.class);
            if (wallet == null) {
                throw new RestoringException("The wallet's owner answered with nothing", null);
            }
            return wallet;
        } catch (RestClientResponseException e) {
            throw new RestoringException("The wallet's owner answers " + e.getStatusCode() + reason(e), e);
        } catch (RestClientException e) {
            throw new RestoringException("The wallet's owner does not answer", e);
        }
    }

    private static URI uri(HostInfo owner, WalletKey key, BookPosition position) {
        UriComponentsBuilder uri = UriComponentsBuilder.newInstance()
                .scheme("http")
                .host(owner.host())
                .port(owner.port())
                .pathSegment("wallets", key.sellerId())
                .queryParam("currency", key.currency());
        if (!position.journals().isEmpty()) {
            uri.queryParam("position", position);
        }
        return uri.build().encode().toUri();
    }

    private static String reason(RestClientResponseException e) {
        try {
            ProblemDetail problem = e.getResponseBodyAs(ProblemDetail.class);
            return problem == null || problem.getDetail() == null ? "" : ": " + problem.getDetail();
        } catch (RestClientException unreadable) {
            return "";
        }
    }
}
