package io.sparring.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparring.tuning.History.State;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The densities that TPE draws by against Optuna's; {@code src/test/python/record_tpe.py} recorded them. */
class TpeGoldenTest {
    private record Golden(String note, List<Recorded> cases) {}

    private record Trial(Map<String, Object> values, Double score, long round, State state) {}

    /** Points of keys that are there together, and the logarithms of both densities. */
    private record Group(List<Map<String, Object>> at, double[] good, double[] bad) {}

    record Recorded(Map<String, Object> space, List<Trial> history, List<Group> groups) {
        @Override
        public String toString() {
            return space.size() + " keys, " + history.size() + " trials";
        }
    }

    @SuppressWarnings("unused")
    private static Stream<Recorded> everyCase() throws IOException {
        return new ObjectMapper().readValue(TpeGoldenTest.class.getResource("tpe.json"), Golden.class).cases().stream();
    }

    @ParameterizedTest
    @MethodSource("everyCase")
    void densitiesAreThoseOfOptuna(Recorded recorded) {
        Space space = Space.of(recorded.space());
        History history = new History();
        for (Trial trial : recorded.history()) {
            history.begun(new Point(trial.values()));
            double score = trial.score() == null ? Double.NaN : trial.score();
            history.reported(history.size() - 1, score, trial.round(), trial.state());
        }
        TpeSampler sampler = new TpeSampler(space, 0);
        for (Group group : recorded.groups()) {
            for (int i = 0; i < group.at().size(); i++) {
                Map<String, Object> point = group.at().get(i);
                TpeSampler.Densities densities =
                        sampler.densities(point.keySet().iterator().next(), history);
                double[] at = space.sampled().stream()
                        .filter(dimension -> point.containsKey(dimension.key()))
                        .mapToDouble(dimension -> new Column(dimension).number(point.get(dimension.key())))
                        .toArray();

                assertThat(densities.good().logDensity(at)).isCloseTo(group.good()[i], within(1e-9));
                assertThat(densities.bad().logDensity(at)).isCloseTo(group.bad()[i], within(1e-9));
            }
        }
    }
}
