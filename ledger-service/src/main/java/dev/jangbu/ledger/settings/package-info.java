/** The settings of the service. */
@NullMarked
package dev.jangbu.ledger.settings;

import org.jspecify.annotations.NullMarked;
