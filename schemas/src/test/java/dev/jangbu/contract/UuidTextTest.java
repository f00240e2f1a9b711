package dev.jangbu.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@link UuidText} agrees with the regular expression of the contract. */
class UuidTextTest {

    private static final Predicate<String> UUIDS =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").asMatchPredicate();

    @Test
    void everyCharacterAtEveryPlaceIsClassifiedAsByThePattern() {
        String valid = new UUID(0x0123_4567_89ab_cdefL, 0xfedc_ba98_7654_3210L).toString();
        for (int at = 0; at < valid.length(); at++) {
            for (char c = 0; c < 256; c++) {
                assertAgrees(valid.substring(0, at) + c + valid.substring(at + 1));
            }
        }
    }

    @Test
    void everyLengthIsClassifiedAsByThePattern() {
        for (int length = 0; length < 80; length++) {
            assertAgrees("A".repeat(length));
            assertAgrees(new UUID(0, 0).toString().repeat(3).substring(0, length));
        }
    }

    private static void assertAgrees(String text) {
        assertThat(UuidText.parseLowerCase(text).isPresent()).as(text).isEqualTo(UUIDS.test(text));
        assertThat(UuidText.parse(text.toUpperCase(Locale.ROOT)).isPresent())
                .as(text)
                .isEqualTo(UUIDS.test(text.toLowerCase(Locale.ROOT)));
    }
}
