package dev.jangbu.settlement.wallet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The forms of a request's texts are those of the contract, which is written as regular expressions. */
class RequestRulesTest {

    private static final Predicate<String> UUIDS =
            Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").asMatchPredicate();
    private static final Predicate<String> NAMES =
            Pattern.compile("[A-Za-z0-9_-]{1,64}").asMatchPredicate();
    private static final Predicate<String> CURRENCIES =
            Pattern.compile("[A-Z]{3}").asMatchPredicate();

    @Test
    void oneCharacterElsewhereIsJudgedAsTheContractJudgesIt() {
        for (String sound :
                new String[] {new UUID(0x0123_4567_89ab_cdefL, 0xfedc_ba98_7654_3210L).toString(), "seller-1_A", "KRW"
                }) {
            for (int at = 0; at < sound.length(); at++) {
                for (char c = 0; c < 256; c++) {
                    judgedAlike(sound.substring(0, at) + c + sound.substring(at + 1));
                }
            }
        }
    }

    @Test
    void soIsEveryLength() {
        for (int length = 0; length < 80; length++) {
            judgedAlike("A".repeat(length));
            judgedAlike(new UUID(0, 0).toString().repeat(3).substring(0, length));
        }
        judgedAlike("K\uff32W");
        judgedAlike("KRW\n");
    }

    private static void judgedAlike(String text) {
        assertThat(RequestRules.isUuid(text)).as(text).isEqualTo(UUIDS.test(text));
        assertThat(RequestRules.isName(text)).as(text).isEqualTo(NAMES.test(text));
        assertThat(RequestRules.isCurrency(text)).as(text).isEqualTo(CURRENCIES.test(text));
    }
}
