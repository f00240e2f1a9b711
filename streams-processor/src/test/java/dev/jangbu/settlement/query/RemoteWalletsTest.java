package dev.jangbu.settlement.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.jangbu.settlement.record.BookPosition;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemoteWalletsTest {

    private static final WalletKey KEY = WalletKey.of("seller-a", "KRW");

    private final AtomicReference<String> requested = new AtomicReference<>();
    private final RemoteWallets remote = new RemoteWallets();

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
    void theOwnersWalletIsReturnedAndTheRequestIsMarkedAsForwarded() {
        answer(200, "application/json", """
                {"walletId": "seller-a:KRW", "sellerId": "seller-a", "currency": "KRW", "balance": 11400, "version": 1,
                 "updatedAt": "2026-03-01T09:00:00Z"}""");

        assertThat(remote.find(host(), KEY, BookPosition.START))
                .isEqualTo(new WalletView(
                        "seller-a:KRW", "seller-a", "KRW", 11_400, 1, Instant.parse("2026-03-01T09:00:00Z")));
        assertThat(requested.get()).isEqualTo("/wallets/seller-a?currency=KRW true");
    }

    @Test
    void aRestoringOrStoppedOwnerMakesTheWalletUnavailable() {
        answer(503, "application/problem+json", "{}");
        assertThatThrownBy(() -> remote.find(host(), KEY, BookPosition.START))
                .isInstanceOf(WalletUnavailableException.class);

        HostInfo stopped = host();
        owner.stop(0);
        assertThatThrownBy(() -> remote.find(stopped, KEY, BookPosition.START))
                .isInstanceOf(WalletUnavailableException.class);
    }

    private HostInfo host() {
        return new HostInfo("127.0.0.1", owner.getAddress().getPort());
    }

    private void answer(int status, String type, String body) {
        owner.createContext("/", exchange -> {
            requested.set(exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst(RemoteWallets.FORWARDED));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }
}
