package dev.jangbu.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy that can become a black hole: it accepts connections and bytes and forwards nothing, and neither end
 * learns of it. A connection that was open in a black hole stays dead afterwards.
 */
public final class TcpProxy implements AutoCloseable {

    private final InetSocketAddress target;
    private final ServerSocket server;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private volatile boolean isBlackHole;

    /** @param target host:port */
    public TcpProxy(String target) {
        int colon = target.lastIndexOf(':');
        this.target = new InetSocketAddress(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
        try {
            this.server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("tcp-proxy").start(this::accept);
    }

    /** host:port of the proxy. */
    public String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /** Stops forwarding, on the open connections and on new ones. */
    public void swallow() {
        isBlackHole = true;
        links.forEach(link -> link.isDead = true);
    }

    /** Forwards on new connections. */
    public void forward() {
        isBlackHole = false;
    }

    /** The number of connections that clients have open and that are dead. */
    public long dead() {
        return links.stream().filter(link -> link.isDead).count();
    }

    private void accept() {
        while (true) {
            try {
                Socket client = server.accept();
                Link link = new Link(client, new Socket());
                link.isDead = isBlackHole;
                links.add(link);
                link.toServer.connect(target);
                Thread.ofVirtual().start(() -> link.copy(link.toClient, link.toServer));
                Thread.ofVirtual().start(() -> link.copy(link.toServer, link.toClient));
            } catch (IOException e) {
                if (server.isClosed()) {
                    return;
                }
            }
        }
    }

    private final class Link {

        private final Socket toClient;
        private final Socket toServer;
        private volatile boolean isDead;

        private Link(Socket toClient, Socket toServer) {
            this.toClient = toClient;
            this.toServer = toServer;
        }

        /** Reads on when it is dead: the sender's bytes are acknowledged, and lost. */
        private void copy(Socket from, Socket to) {
            byte[] buffer = new byte[16_384];
            try {
                for (int count = from.getInputStream().read(buffer);
                        count >= 0;
                        count = from.getInputStream().read(buffer)) {
                    if (!isDead) {
                        to.getOutputStream().write(buffer, 0, count);
                    }
                }
            } catch (IOException e) {
                // The connection ends below.
            }
            // The end of the server's side is not forwarded by a black hole.
            if (from.equals(toClient) || !isDead) {
                close();
            }
        }

        private void close() {
            links.remove(this);
            try (toClient;
                    toServer) {
                // Closes both.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        links.forEach(Link::close);
    }
}
