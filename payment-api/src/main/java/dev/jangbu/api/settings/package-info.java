/** The settings of the service: typed properties with their defaults. Depends on no other package of the service. */
@NullMarked
package dev.jangbu.api.settings;

import org.jspecify.annotations.NullMarked;
