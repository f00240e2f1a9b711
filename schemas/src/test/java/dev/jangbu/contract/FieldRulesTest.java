package dev.jangbu.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Currency;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The loops of {@link SellerId} and {@link CurrencyCode} agree with their published regular expressions. */
class FieldRulesTest {

    private static final Predicate<String> SELLER_IDS =
            Pattern.compile(SellerId.PATTERN).asMatchPredicate();
    private static final Predicate<String> CURRENCY_CODES =
            Pattern.compile(CurrencyCode.PATTERN).asMatchPredicate();

    @Test
    void everyCharacterAtEveryPlaceIsClassifiedAsByThePattern() {
        for (String valid : new String[] {"seller-1_A", "KRW"}) {
            for (int at = 0; at < valid.length(); at++) {
                for (char c = 0; c < 256; c++) {
                    assertAgrees(valid.substring(0, at) + c + valid.substring(at + 1));
                }
            }
        }
    }

    @Test
    void everyLengthIsClassifiedAsByThePattern() {
        for (int length = 0; length < 80; length++) {
            assertAgrees("A".repeat(length));
        }
        assertAgrees("K\uff32W");
        assertAgrees("KRW\n");
    }

    @Test
    void currentCurrenciesAreThoseOfTheListWithTheirDigits() {
        assertThat(CurrencyCode.current())
                .hasSize(165)
                .containsEntry("KRW", 0)
                .containsEntry("HUF", 2)
                .containsEntry("ISK", 0)
                .containsEntry("USD", 2)
                .containsEntry("KWD", 3)
                .containsEntry("CLF", 4)
                // Newer than the JDK.
                .containsEntry("XAD", 2)
                .doesNotContainKeys("DEM", "HRK", "BGN", "ANG", "XAU", "XXX", "XTS", "XDR");
        assertThat(CurrencyCode.current()).allSatisfy((code, digits) -> assertThat(CurrencyCode.digits(code))
                .as(code)
                .isEqualTo(digits)
                .isEqualTo(jdkDigits(code).orElse(digits)));
    }

    @Test
    void withdrawnCurrenciesAreReadAndPaidOut() {
        assertThat(new String[] {"KRW", "XAD", "DEM", "HRK"})
                .allMatch(CurrencyCode::isListed)
                .allMatch(CurrencyCode::hasMinorUnits)
                .allMatch(CurrencyCode::isWellFormed);
        assertThat(CurrencyCode.digits("DEM")).isEqualTo(2);
        assertThat(new String[] {"XAU", "XXX", "XTS"})
                .allMatch(CurrencyCode::isListed)
                .noneMatch(CurrencyCode::hasMinorUnits);
        assertThatThrownBy(() -> CurrencyCode.digits("XAU")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CurrencyCode.digits("QQQ")).isInstanceOf(IllegalArgumentException.class);
        assertThat(new String[] {"krw", "QQQ", "", "KR", "KRWW"})
                .noneMatch(CurrencyCode::isListed)
                .noneMatch(CurrencyCode::hasMinorUnits);
    }

    @Test
    void listedCurrenciesAreThoseOfTheListAndOfTheJdk() {
        for (char a = 'A'; a <= 'Z'; a++) {
            for (char b = 'A'; b <= 'Z'; b++) {
                for (char c = 'A'; c <= 'Z'; c++) {
                    String code = "" + a + b + c;
                    assertThat(CurrencyCode.isListed(code))
                            .as(code)
                            .isEqualTo(CurrencyCode.current().containsKey(code)
                                    || jdkDigits(code).isPresent());
                }
            }
        }
    }

    @Test
    void everyProblemCodeHasAnErrorStatusATitleAndAUniqueText() {
        assertThat(ProblemCode.values())
                .allMatch(code -> code.status() >= 400 && code.status() < 600)
                .allMatch(code -> !code.title().isBlank());
        assertThat(Arrays.stream(ProblemCode.values()).map(ProblemCode::text))
                .doesNotHaveDuplicates()
                .allMatch(text -> text.matches("[a-z]+(-[a-z]+)*"));
        assertThat(ProblemCode.INVALID_FIELD.type()).hasToString("urn:jangbu:problem:invalid-field");
    }

    private static Optional<Integer> jdkDigits(String code) {
        try {
            return Optional.of(Currency.getInstance(code).getDefaultFractionDigits());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static void assertAgrees(String text) {
        assertThat(SellerId.isValid(text)).as(text).isEqualTo(SELLER_IDS.test(text));
        assertThat(CurrencyCode.isWellFormed(text)).as(text).isEqualTo(CURRENCY_CODES.test(text));
    }
}
