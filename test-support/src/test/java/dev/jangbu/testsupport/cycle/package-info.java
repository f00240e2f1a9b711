@NullMarked
package dev.jangbu.testsupport.cycle;

import org.jspecify.annotations.NullMarked;
