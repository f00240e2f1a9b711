package dev.jangbu.local;

/**
 * What happens when this process is asked to end by SIGINT, SIGTERM or SIGHUP, or ends by itself: one orderly stop, then
 * exit code 0, or the one that was set before.
 */
final class Shutdown {

    /** Something that stops, and may fail to. */
    interface Action {
        void run() throws Exception;
    }

    private volatile int exitCode;

    private Shutdown() {}

    static Shutdown install(Action action) {
        Shutdown shutdown = new Shutdown();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> shutdown.run(action), "shutdown"));
        return shutdown;
    }

    void exitCode(int code) {
        exitCode = code;
    }

    private void run(Action action) {
        try {
            action.run();
        } catch (Exception e) {
            System.err.println("The stop failed: " + e);
            exitCode = 1;
        }
        // A hook can't otherwise choose the exit code: after a signal it would be 128 + the signal's number.
        Runtime.getRuntime().halt(exitCode);
    }
}
