package dev.jangbu.settlement.query;

import dev.jangbu.settlement.record.BookPosition;
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

/** Reads a wallet from the instance that owns it, over the same HTTP call that clients use. */
@Component
final class RemoteWallets {

    /** The header of a forwarded read, which is not forwarded again. */
    static final String FORWARDED = "Jangbu-Forwarded";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(3);

    private final RestClient http;

    RemoteWallets() {
        JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build());
        factory.setReadTimeout(READ_TIMEOUT);
        this.http = RestClient.builder().requestFactory(factory).build();
    }

    /**
     * @throws WalletUnavailableException if the owner does not return the wallet; the message has the owner's reason
     */
    WalletView find(HostInfo owner, WalletKey key, BookPosition position) {
        try {
            WalletView wallet = http.get()
                    .uri(uri(owner, key, position))
                    .header(FORWARDED, "true")
                    .retrieve()
                    .body(WalletView.class);
            if (wallet == null) {
                throw new WalletUnavailableException("The wallet's owner returned an empty answer", null);
            }
            return wallet;
        } catch (RestClientResponseException e) {
            throw new WalletUnavailableException("The wallet's owner answered " + e.getStatusCode() + reason(e), e);
        } catch (RestClientException e) {
            throw new WalletUnavailableException("The wallet's owner did not answer", e);
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
        } catch (RestClientException malformed) {
            return "";
        }
    }
}
