package dev.jangbu.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jangbu.contract.ProblemCode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses the test numbers that card schemes and PSPs publish. */
class CardNumbersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111111111111111",
                "4222222222222",
                "5555555555554444",
                "2223003122003222",
                "378282246310005",
                "30569309025904",
                "36227206271667",
                "3530111333300000",
                "6011111111111117",
                "6200000000000005",
                "6205500000000000004",
                "6759649826438453",
            })
    void numbersOfAllIssuersAreFound(String number) {
        assertThat(CardNumbers.foundIn(number)).isTrue();
        assertThat(CardNumbers.foundIn("please charge " + number + ", thanks")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111 1111 1111 1111",
                "4111-1111-1111-1111",
                "4111 - 1111 - 1111 - 1111",
                "4111\u00a01111\u20111111\u20131111",
                "4111\t1111\n1111 1111",
                "41 11 11 11 11 11 11 11",
                "3782 822463 10005",
                "card:4111111111111111.",
                "카드번호4111111111111111입니다",
                "４１１１１１１１１１１１１１１１",
                "x4111111111111111y",
                "cvc 123 4111 1111 1111 1111 exp 12 2027",
                "2 4111111111111111",
                "0199a2b3-1111-7111-8111-0123456789ab 4111111111111111",
            })
    void numbersInAnyFormatAreFound(String text) {
        assertThat(CardNumbers.foundIn(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cart 77",
                // Invalid check digit, issuer or length.
                "4111111111111112",
                "1111111111111117",
                "41111111111111",
                "55555555555544",
                "0000000000000000",
                // Within longer sequences of digits.
                "94111111111111111",
                "41111111111111119",
                "00004111111111111111",
                // Other separators.
                "4111/1111/1111/1111",
                "4111a1111b1111c1111",
                // Phone numbers, times, account numbers, UUIDs.
                "010-1234-5678",
                "2026-11-24T06:30:00Z 1764000000000",
                "110-123-456789 and 02-555-1234",
                "02234111-1111-1111-1111-411111111111",
            })
    void similarNumbersAreIgnored(String text) {
        assertThat(CardNumbers.foundIn(text)).isFalse();
    }

    @Test
    void aNumberWithOneWrongDigitIsIgnored() {
        long seed = 7_812;
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            String number = validVisa(random);
            String text = "ref " + grouped(number, random) + " ok";
            assertThat(CardNumbers.foundIn(text)).as("seed %d: %s", seed, text).isTrue();

            int at = 1 + random.nextInt(15);
            char other = (char) ('0' + (number.charAt(at) - '0' + 1 + random.nextInt(9)) % 10);
            String mistyped = number.substring(0, at) + other + number.substring(at + 1);
            assertThat(CardNumbers.foundIn("ref " + mistyped + " ok"))
                    .as("seed %d: %s", seed, mistyped)
                    .isFalse();
        }
    }

    @Test
    void theProblemNamesTheFieldAndNotTheNumber() {
        assertThatThrownBy(() -> CardNumbers.refuseIn("reason", "back to 4111 1111 1111 1111"))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.code()).isEqualTo(ProblemCode.CARD_NUMBER_REFUSED);
                    assertThat(problem.body("/v1/payments").toString())
                            .contains("reason")
                            .doesNotContain("4111");
                });
        assertThatCode(() -> CardNumbers.refuseIn("reason", "the buyer changed her mind"))
                .doesNotThrowAnyException();
    }

    /** Computes the check digit from the left; the code under test starts at the right. */
    private static String validVisa(Random random) {
        StringBuilder digits = new StringBuilder("4");
        while (digits.length() < 15) {
            digits.append(random.nextInt(10));
        }
        int sum = 0;
        for (int i = 0; i < 15; i++) {
            int digit = digits.charAt(i) - '0';
            sum += i % 2 == 1 ? digit : digit < 5 ? 2 * digit : 2 * digit - 9;
        }
        return digits.append((10 - sum % 10) % 10).toString();
    }

    private static String grouped(String number, Random random) {
        String separator = new String[] {"", " ", "-"}[random.nextInt(3)];
        return number.replaceAll("(\\d{4})(?=\\d)", "$1" + separator);
    }
}
