package dev.jangbu.local.stack;

import dev.jangbu.operator.console.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The loopback port of each part.
 *
 * @param byPart the port of the environment, else the default
 */
public record Ports(Map<PartName, Integer> byPart) {

    public static final String HOST = "127.0.0.1";

    private static final int FIRST_FREE_PORT = 18_000;
    private static final int FREE_PORTS = 14_000;

    public Ports {
        byPart = Map.copyOf(byPart);
    }

    /**
     * Reads {@code JANGBU_<PART>_PORT} for each part.
     *
     * @throws CommandException if a value is not a port, or two parts have the same one
     */
    public static Ports from(Map<String, String> environment) {
        Map<PartName, Integer> ports = new EnumMap<>(PartName.class);
        Map<Integer, PartName> taken = new TreeMap<>();
        for (PartName part : PartName.values()) {
            String text = environment.get(part.portVariable());
            int port = text == null || text.isBlank() ? part.defaultPort() : parse(part, text.strip());
            PartName other = taken.putIfAbsent(port, part);
            if (other != null) {
                throw new CommandException("%s and %s have the same port %d: change %s or %s."
                        .formatted(other.text(), part.text(), port, other.portVariable(), part.portVariable()));
            }
            ports.put(part, port);
        }
        return new Ports(ports);
    }

    public int of(PartName part) {
        return Objects.requireNonNull(byPart.get(part), part::text);
    }

    public String address(PartName part) {
        return HOST + ":" + of(part);
    }

    public String url(PartName part) {
        return "http://" + address(part);
    }

    /** @throws CommandException naming every port of these parts that is in use */
    public void requireFree(Collection<PartName> parts) {
        String taken = parts.stream()
                .filter(part -> !isFree(of(part)))
                .map(part -> "Port %d of %s is in use by another process. Stop that process, or set %s to another port."
                        .formatted(of(part), part.text(), part.portVariable()))
                .collect(Collectors.joining(System.lineSeparator()));
        if (!taken.isEmpty()) {
            throw new CommandException(taken);
        }
    }

    /**
     * Finds different free ports that belong to no part of the stack. They are below the range of source ports of Linux
     * (32768 and above), so no client's connection takes one before its server binds it.
     *
     * @throws CommandException if there are not that many
     */
    public List<Integer> findFree(int count) {
        int offset = ThreadLocalRandom.current().nextInt(FREE_PORTS);
        List<Integer> free = IntStream.range(0, FREE_PORTS)
                .map(i -> FIRST_FREE_PORT + (offset + i) % FREE_PORTS)
                .filter(port -> !byPart.containsValue(port) && isFree(port))
                .limit(count)
                .boxed()
                .toList();
        if (free.size() < count) {
            throw new CommandException("%d free ports are needed from %d on, and there are %d."
                    .formatted(count, FIRST_FREE_PORT, free.size()));
        }
        return free;
    }

    private static boolean isFree(int port) {
        // SO_REUSEADDR: connections of an earlier run in TIME_WAIT do not block the port.
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(HOST, port));
            return true;
        } catch (BindException e) {
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
            // Reported below.
        }
        throw new CommandException("%s is '%s': use a port from 1 to 65535.".formatted(part.portVariable(), text));
    }
}
