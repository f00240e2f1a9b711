/** A payment: its states, its store, and one class per thing that can be done with it. */
@NullMarked
package dev.jangbu.api.payment;

import org.jspecify.annotations.NullMarked;
