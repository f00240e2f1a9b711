/**
 * A payment service provider to develop and test against: it speaks Toss Payments' public HTTP API, keeps a durable
 * book of what it charged, and misbehaves when asked to.
 */
@NullMarked
package dev.jangbu.simulator;

import org.jspecify.annotations.NullMarked;
