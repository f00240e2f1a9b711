package dev.jangbu.api.http;

import dev.jangbu.contract.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Finds card numbers in free text, so that none is stored. A sequence of digits is a card number if the issuer's
 * prefix, the length and the check digit are all valid.
 *
 * <ul>
 *   <li>The digits may be grouped by blanks or hyphens, and be of any script.
 *   <li>Digits within a longer sequence of digits, or within a UUID, don't count.
 * </ul>
 *
 * @see <a href="https://www.iso.org/standard/70484.html">ISO/IEC 7812-1: the numbering system, and the Luhn formula in
 *     annex B</a>
 */
public final class CardNumbers {

    private static final int SHORTEST = 13;
    private static final int LONGEST = 19;

    /** The issuers' prefixes, and the number of digits that follow. */
    private static final Pattern ISSUED = Pattern.compile("""
            4 \\d{12} (\\d{3}){0,2}                                 # Visa: 13, 16 or 19 digits
            | (5[1-5]\\d\\d | 222[1-9] | 22[3-9]\\d) \\d{12}        # Mastercard: 51 to 55,
            | (2[3-6]\\d\\d | 27[01]\\d | 2720) \\d{12}             #     2221 to 2720
            | 3[47] \\d{13}                                        # American Express
            | (30[0-5]\\d | 3095 | 3[689]\\d\\d) \\d{10,15}         # Diners Club
            | 35 (2[89] | [3-8]\\d) \\d{12,15}                     # JCB: 3528 to 3589
            | (6011 | 64[4-9]\\d | 65\\d\\d) \\d{12,15}            # Discover
            | (62 | 81) \\d{14,17}                                 # UnionPay
            | (50(18|20|38) | 5893 | 6304 | 6759) \\d{9,15}        # Maestro
            | 676[1-3] \\d{9,15}                                   # Maestro
            | (508\\d | 9792) \\d{12}                              # RuPay, Troy
            | 220[0-4] \\d{12,15}                                  # Mir
            | 94 \\d{14}    # Korean domestic cards: 9 and the country code 410; issuers use the whole of 94
            """, Pattern.COMMENTS);

    private static final Pattern UUID =
            Pattern.compile("(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f])");

    /** Digits of any script. */
    private static final Pattern DIGITS = Pattern.compile("\\p{Nd}+");

    /** Separators between groups of digits: blanks, hyphens, dashes and invisible characters. */
    private static final Pattern GROUP_SEPARATOR = Pattern.compile("[\\p{Zs}\\s\\p{Pd}\\u2212\\p{Cf}]{1,3}");

    /** Groups as printed on cards: of four digits, or as American Express and Diners Club group them. */
    private static final Pattern PRINTED_GROUPS =
            Pattern.compile("\\d{13,19}|\\d{4}(?: \\d{4}){2,3} \\d{1,4}|\\d{4} \\d{6} \\d{4,5}");

    private CardNumbers() {}

    /**
     * Rejects text that contains a card number.
     *
     * @param field path of the text in the request body
     * @throws Problem 422 {@code card-number-refused}, which names the field and not its value
     */
    public static void refuseIn(String field, String text) {
        if (foundIn(text)) {
            throw new Problem(
                            ProblemCode.CARD_NUMBER_REFUSED,
                            field
                                    + " contains a card number; remove it: only the payment service provider may receive card"
                                    + " numbers, and nothing of this request was stored")
                    .with("errors", List.of(new Problem.FieldError(field, "must not contain a card number")));
        }
    }

    /** Whether the text contains a card number. */
    public static boolean foundIn(String text) {
        if (text.length() < SHORTEST) {
            return false;
        }
        for (List<String> sequence : sequences(UUID.matcher(text).replaceAll("x"))) {
            if (containsCard(sequence)) {
                return true;
            }
        }
        return false;
    }

    /** Splits the text into sequences of digit groups that only separators divide. */
    private static List<List<String>> sequences(String text) {
        List<List<String>> sequences = new ArrayList<>();
        List<String> sequence = new ArrayList<>();
        int end = 0;
        Matcher digits = DIGITS.matcher(text);
        while (digits.find()) {
            String between = text.substring(end, digits.start());
            if (!sequence.isEmpty() && !GROUP_SEPARATOR.matcher(between).matches()) {
                sequences.add(sequence);
                sequence = new ArrayList<>();
            }
            sequence.add(digits.group()
                    .codePoints()
                    .mapToObj(digit -> Integer.toString(Character.digit(digit, 10)))
                    .collect(Collectors.joining()));
            end = digits.end();
        }
        sequences.add(sequence);
        return sequences;
    }

    /** A complete sequence may be grouped in any way; a part of one only as printed on cards. */
    private static boolean containsCard(List<String> sequence) {
        for (int from = 0; from < sequence.size(); from++) {
            int digits = 0;
            for (int to = from; to < sequence.size() && digits <= LONGEST; to++) {
                digits += sequence.get(to).length();
                boolean complete = from == 0 && to == sequence.size() - 1;
                if (digits >= SHORTEST && digits <= LONGEST) {
                    List<String> groups = sequence.subList(from, to + 1);
                    if ((complete
                                    || PRINTED_GROUPS
                                            .matcher(String.join(" ", groups))
                                            .matches())
                            && isCard(String.join("", groups))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean isCard(String digits) {
        return ISSUED.matcher(digits).matches() && luhn(digits);
    }

    /**
     * The Luhn formula: from the right, every second digit is doubled and its digits summed; the total must end in 0.
     */
    private static boolean luhn(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int counted = i % 2 == 0 ? digit : digit * 2;
            sum += counted > 9 ? counted - 9 : counted;
        }
        return sum % 10 == 0;
    }
}
