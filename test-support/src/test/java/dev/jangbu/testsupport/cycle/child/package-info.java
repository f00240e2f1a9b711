@NullMarked
package dev.jangbu.testsupport.cycle.child;

import org.jspecify.annotations.NullMarked;
