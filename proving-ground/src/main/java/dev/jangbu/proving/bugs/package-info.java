/** Plants known bugs in temporary stacks and checks that the audit, the clients or the logs detect them. */
@NullMarked
package dev.jangbu.proving.bugs;

import org.jspecify.annotations.NullMarked;
