/** What is in {@code settlement.dead-letters}, how far it can be read, and how one is sent again without being settled twice. */
@NullMarked
package dev.jangbu.local.deadletters;

import org.jspecify.annotations.NullMarked;
