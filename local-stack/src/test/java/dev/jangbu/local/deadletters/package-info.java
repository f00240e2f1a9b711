/** Tests. */
@NullMarked
package dev.jangbu.local.deadletters;

import org.jspecify.annotations.NullMarked;
