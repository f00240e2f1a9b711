package dev.jangbu.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The loopback port of each part.
 *
 * @param byPart as the environment says, else the default
 */
record Ports(Map<PartName, Integer> byPart) {

    static final String HOST = "127.0.0.1";

    Ports {
        byPart = Map.copyOf(byPart);
    }

    /**
     * Reads {@code JANGBU_<PART>_PORT} for each part.
     *
     * @throws CommandException if a value is no port, or two parts have the same
     */
    static Ports from(Map<String, String> environment) {
        Map<PartName, Integer> ports = new EnumMap<>(PartName.class);
        Map<Integer, PartName> taken = new TreeMap<>();
        for (PartName part : PartName.values()) {
            String text = environment.get(part.portVariable());
            int port = text == null || text.isBlank() ? part.defaultPort() : parse(part, text.strip());
            PartName other = taken.putIfAbsent(port, part);
            if (other != null) {
                throw new CommandException("%s and %s would both listen on port %d: set %s or %s."
                        .formatted(other.text(), part.text(), port, other.portVariable(), part.portVariable()));
            }
            ports.put(part, port);
        }
        return new Ports(ports);
    }

    int of(PartName part) {
        return Objects.requireNonNull(byPart.get(part), part::text);
    }

    String address(PartName part) {
        return HOST + ":" + of(part);
    }

    String url(PartName part) {
        return "http://" + address(part);
    }

    /** @throws CommandException naming every port of these parts that another process listens on */
    void requireFree(Collection<PartName> parts) {
        List<String> taken = new ArrayList<>();
        for (PartName part : parts) {
            if (!isFree(of(part))) {
                taken.add(
                        "Port %d, where %s would listen, is taken by another process. Stop that, or set %s to another port."
                                .formatted(of(part), part.text(), part.portVariable()));
            }
        }
        if (!taken.isEmpty()) {
            throw new CommandException(String.join(System.lineSeparator(), taken));
        }
    }

    /** So many different ports that nothing listens on at the moment, and that no part of the stack will listen on. */
    List<Integer> moreFree(int count) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<Integer> free = new ArrayList<>();
            while (free.size() < count) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST));
                held.add(socket);
                if (!byPart.containsValue(socket.getLocalPort())) {
                    free.add(socket.getLocalPort());
                }
            }
            return free;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            held.forEach(Ports::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isFree(int port) {
        // SO_REUSEADDR: connections of a previous run that linger in TIME_WAIT take nothing from anyone.
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(HOST, port));
            return true;
        } catch (BindException taken) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int parse(PartName part, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new CommandException(
                "%s is '%s', which is no port: use 1 to 65535.".formatted(part.portVariable(), text));
    }
}
