/** Tests of the PSP simulator over real HTTP and real files. */
@NullMarked
package dev.jangbu.simulator;

import org.jspecify.annotations.NullMarked;
