/**
 * Reading and checking of the records that the topology processes: decoded values, keys, ids, book positions, and the
 * headers of its output records. Used by every other package, uses none.
 */
@NullMarked
package dev.jangbu.settlement.record;

import org.jspecify.annotations.NullMarked;
