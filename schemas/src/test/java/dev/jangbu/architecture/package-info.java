/** The rules of the house, which every module's {@code ArchitectureTest} holds its own classes to. */
@NullMarked
package dev.jangbu.architecture;

import org.jspecify.annotations.NullMarked;
