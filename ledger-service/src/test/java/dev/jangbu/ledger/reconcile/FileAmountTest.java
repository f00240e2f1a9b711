package dev.jangbu.ledger.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileAmountTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "20000 | 0 | 20000",
                "12.30 | 2 | 12.30",
                "12,30 | 2 | 12.30",
                "-4,5 | 2 | -4.5",
                "\u22124 | 0 | -4",
                "1,234 | 0 | 1234",
                "1,234 | 2 | 1234",
                "1.234,56 | 2 | 1234.56",
                "1,234.56 | 2 | 1234.56",
                "1 234 567,89 | 2 | 1234567.89",
                "1'234.50 | 2 | 1234.50",
                "1,234,567 | 3 | 1234567",
                "1,234.567 | 3 | 1234.567",
                "1234.567 | 3 | 1234.567",
                "1.234 | 3 | 1.234"
            })
    void theNotationsOfBanksAreRead(String text, int digits, BigDecimal value) {
        assertThat(FileAmount.parse(text, digits)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | 0",
                "x | 0",
                "1e3 | 0",
                "+5 | 0",
                "5- | 0",
                "\u0665 | 0",
                "1,23,456 | 2",
                "1,234,56 | 2",
                "12. | 2",
                // Thousands, or decimals.
                "1,234 | 3",
                "1.234 | 2",
                "1.234 | 0",
                "1,234,567,89 | 2",
                "1.234.567.89 | 2"
            })
    void otherTextsAndThoseOfTwoMeaningsAreRefused(String text, int digits) {
        assertThatThrownBy(() -> FileAmount.parse(text, digits)).isInstanceOf(NumberFormatException.class);
    }
}
