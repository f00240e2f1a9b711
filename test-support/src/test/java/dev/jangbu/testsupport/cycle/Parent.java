package dev.jangbu.testsupport.cycle;

import dev.jangbu.testsupport.cycle.child.Child;

/** Half of a cycle between a package and its child. */
public record Parent(Child child) {}
