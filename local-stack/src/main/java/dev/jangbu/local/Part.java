package dev.jangbu.local;

import java.util.Set;

/** One process of the stack: what it needs, how it is started, how to tell that it works. */
interface Part {

    PartName name();

    /** The parts that must be ready before this one is started. */
    Set<PartName> after();

    /** Makes what the process needs on the disk. Called before each start. */
    default void prepare() throws Exception {}

    Launch launch();

    /** Asks the running process once whether it works; an exception means not yet, like false. */
    boolean isReady() throws Exception;

    /** Done once, when it works for the first time in this run. */
    default void provision() throws Exception {}
}
