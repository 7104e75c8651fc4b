package io.sparring.spark.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.configuration.InvalidConfiguration;
import java.util.List;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class ColumnsTest {
    private static final StructType SCHEMA =
            new StructType().add("obs", "array<float>").add("Action", "int").add("reward", "double");

    @Test
    void severalColumnsFollowOneAnotherAndTheRestKeepTheirNames() {
        Columns columns = Columns.of("--columns", "observation=x,x_dot, theta,theta_dot,action=act");

        assertThat(columns.of(Columns.OBSERVATION)).containsExactly("x", "x_dot", "theta", "theta_dot");
        assertThat(columns.of(Columns.ACTION)).containsExactly("act");
        assertThat(columns.of("reward")).containsExactly("reward");
        assertThat(Columns.of("--columns", "observation.camera=c").of("observation.camera"))
                .isEqualTo(List.of("c"));
    }

    @Test
    void whatIsNoListOfNamesIsOneLine() {
        assertThatThrownBy(() -> Columns.of("--columns", "observasion=obs"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessageContaining("got observasion (did you mean observation?)");
        assertThatThrownBy(() -> Columns.of("--columns", "obs")).hasMessageContaining("expected names of columns");
        assertThatThrownBy(() -> Columns.of("--columns", "action=")).hasMessageContaining("expected names of columns");
        assertThatThrownBy(() -> Columns.of("--columns", "action=a,action=b")).hasMessageContaining("named twice");
    }

    @Test
    void aMissingColumnIsNamedWithTheNearestOfThoseThatAreThere() {
        assertThatThrownBy(() -> Columns.of("--columns", "observation=obz").one(SCHEMA, Columns.OBSERVATION))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage("there is no column obz for the observation (did you mean obs?); the table has"
                        + " [obs, Action, reward], and --columns observation=NAME says which it is");
        assertThatThrownBy(() -> Columns.OWN_NAMES.one(SCHEMA, "mask"))
                .hasMessageStartingWith("there is no column mask; the table has");
    }

    @Test
    void whatHoldsAnObservationIsKnownByItsNameOrByTheUsers() {
        assertThat(Columns.OWN_NAMES.isObservation("Observation")).isTrue();
        assertThat(Columns.OWN_NAMES.isObservation("observation.speed")).isTrue();
        assertThat(Columns.OWN_NAMES.isObservation("x")).isFalse();
        Columns named = Columns.of("--columns", "observation=x,y,observation.speed=v,mask=m");
        assertThat(named.isObservation("X")).isTrue();
        assertThat(named.isObservation("v")).isTrue();
        assertThat(named.isObservation("observation")).isFalse();
        assertThat(named.isObservation("m")).isFalse();
    }

    @Test
    void namesMayDifferByTheirCaseAlone() {
        assertThat(Columns.OWN_NAMES.one(SCHEMA, Columns.ACTION).name()).isEqualTo("Action");
    }
}
