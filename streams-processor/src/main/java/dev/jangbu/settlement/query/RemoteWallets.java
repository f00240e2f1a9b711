package dev.jangbu.settlement.query;

import dev.jangbu.settlement.record.BookPosition;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.streams.state.HostInfo;
import org.springframework.http.ProblemDetail;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

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
            return http.get()
                    .uri(uri -> uri.scheme("http")
                            .host(owner.host())
                            .port(owner.port())
                            .pathSegment("wallets", key.sellerId())
                            .queryParam("currency", key.currency())
                            .queryParamIfPresent(
                                    "position", Optional.of(position.toString()).filter(text -> !text.isEmpty()))
                            .build())
                    .header(FORWARDED, "true")
                    .retrieve()
                    .requiredBody(WalletView.class);
        } catch (RestClientResponseException e) {
            throw new WalletUnavailableException("The wallet's owner answered " + e.getStatusCode() + reason(e), e);
        } catch (RestClientException e) {
            throw new WalletUnavailableException("The wallet's owner did not answer", e);
        } catch (IllegalStateException e) {
            throw new WalletUnavailableException("The wallet's owner returned an empty answer", e);
        }
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
