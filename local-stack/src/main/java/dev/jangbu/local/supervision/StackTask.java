package dev.jangbu.local.supervision;

import dev.jangbu.local.stack.PartName;
import java.util.Set;

/** Work on running parts that completes the start of the stack. */
public interface StackTask {

    /** The parts that must be ready before the task runs. If one of them is not started, the task is skipped. */
    Set<PartName> dependencies();

    void run() throws InterruptedException;
}
