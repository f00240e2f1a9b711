package dev.jangbu.local.supervision;

/**
 * Runs an action when the process ends, also by SIGINT, SIGTERM or SIGHUP. The exit code is then 0, unless another
 * one is set.
 */
public final class Shutdown {

    /** The action. */
    public interface Action {
        void run() throws Exception;
    }

    private volatile int exitCode;

    private Shutdown() {}

    public static Shutdown install(Action action) {
        Shutdown shutdown = new Shutdown();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> shutdown.run(action), "shutdown"));
        return shutdown;
    }

    public void exitCode(int code) {
        exitCode = code;
    }

    private void run(Action action) {
        try {
            action.run();
        } catch (Exception e) {
            System.err.println("The shutdown failed: " + e);
            exitCode = 1;
        }
        // halt sets the exit code. After a signal it would otherwise be 128 + its number.
        Runtime.getRuntime().halt(exitCode);
    }
}
