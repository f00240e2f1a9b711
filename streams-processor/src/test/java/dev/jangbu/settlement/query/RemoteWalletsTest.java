package dev.jangbu.settlement.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.jangbu.settlement.BookPosition;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OtherInstancesTest {

    private static final WalletKey KEY = WalletKey.of("seller-a", "KRW");

    private final AtomicReference<String> asked = new AtomicReference<>();
    private final OtherInstances others = new OtherInstances();

    private HttpServer owner;

    @BeforeEach
    void startOwner() throws Exception {
        owner = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        owner.start();
    }

    @AfterEach
    void stopOwner() {
        owner.stop(0);
    }

    @Test
    void theOwnersAnswerIsPassedOnAndTheQuestionIsMarkedAsForwarded() {
        answer(200, "application/json", """
                {"walletId": "seller-a:KRW", "sellerId": "seller-a", "currency": "KRW", "balance": 11400, "version": 1,
                 "updatedAt": "2026-03-01T09:00:00Z"}""");

        assertThat(others.find(host(), KEY, BookPosition.NOWHERE))
                .isEqualTo(new WalletView(
                        "seller-a:KRW", "seller-a", "KRW", 11_400, 1, Instant.parse("2026-03-01T09:00:00Z")));
        assertThat(asked.get()).isEqualTo("/wallets/seller-a?currency=KRW true");
    }

    @Test
    void anOwnerThatRestoresOrIsGoneMeansTryAgain() {
        answer(503, "application/problem+json", "{}");
        assertThatThrownBy(() -> others.find(host(), KEY, BookPosition.NOWHERE)).isInstanceOf(RestoringException.class);

        HostInfo gone = host();
        owner.stop(0);
        assertThatThrownBy(() -> others.find(gone, KEY, BookPosition.NOWHERE)).isInstanceOf(RestoringException.class);
    }

    private HostInfo host() {
        return new HostInfo("127.0.0.1", owner.getAddress().getPort());
    }

    private void answer(int status, String type, String body) {
        owner.createContext("/", exchange -> {
            asked.set(exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst(OtherInstances.FORWARDED));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }
}
