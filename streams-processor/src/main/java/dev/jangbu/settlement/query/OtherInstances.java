package dev.jangbu.settlement.query;

import java.net.http.HttpClient;
import java.time.Duration;
import org.apache.kafka.streams.state.HostInfo;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

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

    /** @throws RestoringException if the other one does not answer with the wallet */
    WalletView find(HostInfo owner, WalletKey key) {
        try {
            WalletView wallet = http.get()
                    .uri(
                            "http://{host}:{port}/wallets/{sellerId}?currency={currency}",
                            owner.host(),
                            owner.port(),
                            key.sellerId(),
                            key.currency())
                    .header(FORWARDED, "true")
                    .retrieve()
                    .body(WalletView.class);
            if (wallet == null) {
                throw new RestoringException("The wallet's owner answered with nothing", null);
            }
            return wallet;
        } catch (RestClientException e) {
            throw new RestoringException("The wallet's owner does not answer", e);
        }
    }
}
