package dev.jangbu.api.http;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds card numbers in free text, so that none is ever stored: where the digits, the issuer's prefix, the length and the
 * check digit all fit, it is one. The digits may be grouped by blanks or hyphens, and be of any script; a number that is
 * part of a longer row of digits, or of a UUID, is none.
 *
 * @see <a href="https://www.iso.org/standard/70484.html">ISO/IEC 7812-1: the numbering system, and the Luhn formula in annex B</a>
 */
public final class CardNumbers {

    private static final int SHORTEST = 13;
    private static final int LONGEST = 19;

    /** The prefixes from {@code first} to {@code last}, as many digits as these have, and how long their numbers are. */
    private record Issuer(int first, int last, int shortest, int longest) {

        boolean issued(String digits) {
            if (digits.length() < shortest || digits.length() > longest) {
                return false;
            }
            int prefix =
                    Integer.parseInt(digits.substring(0, Integer.toString(first).length()));
            return first <= prefix && prefix <= last;
        }
    }

    private static final List<Issuer> ISSUERS = List.of(
            // Visa has three lengths and none between.
            new Issuer(4, 4, 13, 13),
            new Issuer(4, 4, 16, 16),
            new Issuer(4, 4, 19, 19),
            // Mastercard
            new Issuer(51, 55, 16, 16),
            new Issuer(2221, 2720, 16, 16),
            // American Express
            new Issuer(34, 34, 15, 15),
            new Issuer(37, 37, 15, 15),
            // Diners Club
            new Issuer(300, 305, 14, 19),
            new Issuer(3095, 3095, 14, 19),
            new Issuer(36, 36, 14, 19),
            new Issuer(38, 39, 14, 19),
            // JCB
            new Issuer(3528, 3589, 16, 19),
            // Discover
            new Issuer(6011, 6011, 16, 19),
            new Issuer(644, 649, 16, 19),
            new Issuer(65, 65, 16, 19),
            // UnionPay
            new Issuer(62, 62, 16, 19),
            new Issuer(81, 81, 16, 19),
            // Maestro
            new Issuer(5018, 5018, 13, 19),
            new Issuer(5020, 5020, 13, 19),
            new Issuer(5038, 5038, 13, 19),
            new Issuer(5893, 5893, 13, 19),
            new Issuer(6304, 6304, 13, 19),
            new Issuer(6759, 6759, 13, 19),
            new Issuer(6761, 6763, 13, 19),
            // RuPay, Mir, Troy
            new Issuer(508, 508, 16, 16),
            new Issuer(2200, 2204, 16, 19),
            new Issuer(9792, 9792, 16, 16),
            // Cards for use within Korea: 9, then the country's number, 410; its issuers use all of 94.
            new Issuer(94, 94, 16, 16));

    private static final Pattern UUID =
            Pattern.compile("(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f])");

    /** What people put between groups of digits: blanks, hyphens and dashes, and what one can't see. */
    private static final Pattern BETWEEN_GROUPS = Pattern.compile("[\\p{Zs}\\s\\p{Pd}\\u2212\\p{Cf}]{1,3}");

    /** As numbers are printed on cards: fours, or what American Express and Diners Club do. */
    private static final Pattern PRINTED =
            Pattern.compile("\\d{13,19}|\\d{4}(?: \\d{4}){2,3} \\d{1,4}|\\d{4} \\d{6} \\d{4,5}");

    private CardNumbers() {}

    /**
     * Refuses text that holds a card number.
     *
     * @param field the text's place in the body, as the client calls it
     * @throws Problem 422 {@code card-number-refused}, which names the field and not what stands in it
     */
    public static void refuseIn(String field, String text) {
        if (foundIn(text)) {
            throw new Problem(
                            ProblemCode.CARD_NUMBER_REFUSED,
                            field + " holds a card number; remove it: card numbers belong to the payment service"
                                    + " provider alone, and nothing of this request was kept")
                    .with("errors", List.of(new Problem.FieldError(field, "must not hold a card number")));
        }
    }

    /** Whether there is a card number in the text. */
    public static boolean foundIn(String text) {
        if (text.length() < SHORTEST) {
            return false;
        }
        for (List<String> row : rows(UUID.matcher(text).replaceAll("x"))) {
            if (anyCard(row)) {
                return true;
            }
        }
        return false;
    }

    /** The rows of digits: each is the groups that nothing but blanks and hyphens stands between. */
    private static List<List<String>> rows(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder between = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            StringBuilder group = new StringBuilder();
            while (at < text.length() && Character.isDigit(text.codePointAt(at))) {
                group.append(Character.digit(text.codePointAt(at), 10));
                at += Character.charCount(text.codePointAt(at));
            }
            if (!group.isEmpty()) {
                if (!row.isEmpty() && !BETWEEN_GROUPS.matcher(between).matches()) {
                    rows.add(row);
                    row = new ArrayList<>();
                }
                row.add(group.toString());
                between.setLength(0);
            } else {
                between.appendCodePoint(text.codePointAt(at));
                at += Character.charCount(text.codePointAt(at));
            }
        }
        rows.add(row);
        return rows;
    }

    /** A whole row counts however it is grouped; a part of one, with other numbers beside it, as cards are printed. */
    private static boolean anyCard(List<String> row) {
        for (int from = 0; from < row.size(); from++) {
            int digits = 0;
            for (int to = from; to < row.size() && digits <= LONGEST; to++) {
                digits += row.get(to).length();
                boolean whole = from == 0 && to == row.size() - 1;
                if (digits >= SHORTEST && digits <= LONGEST) {
                    List<String> groups = row.subList(from, to + 1);
                    if ((whole || PRINTED.matcher(String.join(" ", groups)).matches())
                            && isCard(String.join("", groups))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean isCard(String digits) {
        return ISSUERS.stream().anyMatch(issuer -> issuer.issued(digits)) && luhn(digits);
    }

    /** From the right, every second digit doubled and its own digits summed: the sum ends in 0. */
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
