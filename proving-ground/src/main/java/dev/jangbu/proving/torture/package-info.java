/** Load that knows what it was promised: seeded customers and sellers who retry, repeat, hang up and race, and hold on to every answer. */
@NullMarked
package dev.jangbu.proving.torture;

import org.jspecify.annotations.NullMarked;
