/** Access to a running stack: its HTTP API, databases, topics, PSP simulator and processes. */
@NullMarked
package dev.jangbu.proving.stack;

import org.jspecify.annotations.NullMarked;
