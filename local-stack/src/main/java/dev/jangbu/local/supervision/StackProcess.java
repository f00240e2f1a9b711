package dev.jangbu.local.supervision;

import dev.jangbu.local.stack.PartName;
import java.util.Set;

/** One process of the stack: its dependencies, its command, and its readiness check. */
public interface StackProcess {

    PartName name();

    /** The parts that must be ready before this one starts. */
    default Set<PartName> dependencies() {
        return Set.of();
    }

    /** Creates the files that the process needs. Called before each start. */
    default void prepare() throws Exception {}

    LaunchSpec launchSpec();

    /** Checks once whether the running process is ready. An exception means that it is not. */
    boolean isReady() throws Exception;

    /** Called once per run, when the process is ready for the first time. */
    default void provision() throws Exception {}
}
