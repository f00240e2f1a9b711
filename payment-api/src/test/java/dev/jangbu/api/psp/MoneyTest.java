package dev.jangbu.api.psp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class MoneyTest {

    @Test
    void minorUnitsBecomeDecimalsOfTheCurrency() {
        assertThat(Money.decimal(1_230, "KRW").toPlainString()).isEqualTo("1230");
        assertThat(Money.decimal(1_230, "USD").toPlainString()).isEqualTo("12.30");
        assertThat(Money.decimal(5, "USD").toPlainString()).isEqualTo("0.05");
        assertThat(Money.decimal(Long.MAX_VALUE, "KWD").toPlainString()).isEqualTo("9223372036854775.807");
    }

    @Test
    void decimalsBecomeMinorUnitsUnlessTheyHaveTooManyDigits() {
        assertThat(Money.minorUnits(new BigDecimal("12.3"), "USD")).isEqualTo(1_230);
        assertThat(Money.minorUnits(new BigDecimal("1E+3"), "KRW")).isEqualTo(1_000);
        assertThatThrownBy(() -> Money.minorUnits(new BigDecimal("12.305"), "USD"))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Money.minorUnits(new BigDecimal("0.5"), "KRW"))
                .isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Money.minorUnits(new BigDecimal("9223372036854775808"), "KRW"))
                .isInstanceOf(ArithmeticException.class);
    }
}
