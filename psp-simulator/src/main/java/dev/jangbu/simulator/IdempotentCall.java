package dev.jangbu.simulator;

import org.jspecify.annotations.Nullable;

/**
 * The identity of a call. A key belongs to its address: the same text elsewhere is another key.
 *
 * @param key as the client sent it; null for a call without a key, which is not idempotent
 */
record IdempotentCall(String address, @Nullable String key) {}
