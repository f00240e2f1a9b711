package dev.jangbu.testsupport;

import java.io.IOException;
import java.net.ServerSocket;

/**
 * Free TCP ports. Each port is returned once per JVM.
 *
 * <p>They are below the range from which Linux takes the source ports of outgoing connections (32768 and above): a client
 * that polls a server of the test, which does not listen yet, could otherwise take the server's port. JVMs that run in
 * parallel begin at different ports, chosen by process id.
 */
public final class FreePorts {

    private static final int FIRST = 18_000;
    private static final int COUNT = 14_000;

    /** A prime that keeps JVMs with neighbouring process ids hundreds of ports apart. */
    private static final int DISTANCE = 911;

    private static int last = (int) (ProcessHandle.current().pid() * DISTANCE % COUNT);

    private FreePorts() {}

    /**
     * Returns a port on which no process listens.
     *
     * @throws IllegalStateException if all are taken
     */
    public static synchronized int next() {
        for (int tried = 0; tried < COUNT; tried++) {
            last = (last + 1) % COUNT;
            if (isFree(FIRST + last)) {
                return FIRST + last;
            }
        }
        throw new IllegalStateException("No free port from " + FIRST + " to " + (FIRST + COUNT - 1));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
