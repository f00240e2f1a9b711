@NullMarked
package dev.jangbu.proving.bugs;

import org.jspecify.annotations.NullMarked;
