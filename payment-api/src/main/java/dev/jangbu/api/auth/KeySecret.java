package dev.jangbu.api.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The secret of an API key: {@code jbk_} and 256 random bits. One round of hashing is enough, because 256 bits can't be
 * found by brute force.
 *
 * @param text as the client sends it; never logged, never stored
 */
record KeySecret(String text) {

    /** Lets secret scanners recognise a key in source code and logs. */
    private static final String PREFIX = "jbk_";

    private static final int RANDOM_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    static KeySecret random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return new KeySecret(PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** SHA-256 of the secret, the only form that is stored. */
    byte[] sha256() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "KeySecret[hidden]";
    }
}
