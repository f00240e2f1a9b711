@NullMarked
package dev.jangbu.testsupport;

import org.jspecify.annotations.NullMarked;
