/** Finds the parts of an installation, {@link dev.jangbu.operator.installation.Installation}, and calls their APIs. */
@NullMarked
package dev.jangbu.operator.installation;

import org.jspecify.annotations.NullMarked;
