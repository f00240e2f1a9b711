/** Charts of the HTML reports. */
@NullMarked
package dev.jangbu.proving.chart;

import org.jspecify.annotations.NullMarked;
