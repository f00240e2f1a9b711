/** The rules of the whole repository: its vocabulary and the completeness of its reference. */
@NullMarked
package dev.jangbu.testsupport.house;

import org.jspecify.annotations.NullMarked;
