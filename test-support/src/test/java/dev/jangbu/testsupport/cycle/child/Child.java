package dev.jangbu.testsupport.cycle.child;

import dev.jangbu.testsupport.cycle.Parent;
import org.jspecify.annotations.Nullable;

/** The other half of the cycle. */
public record Child(@Nullable Parent parent) {}
