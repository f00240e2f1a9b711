package dev.jangbu.operator.installation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Short requests to a part of an installation. */
public final class Probe {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    private Probe() {}

    /** Whether a host:port accepts connections. */
    public static boolean isListening(String address) {
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1))), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The response to a GET, with its body as text. */
    public static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        HttpRequest get =
                HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build();
        return HTTP.send(get, BodyHandlers.ofString());
    }
}
