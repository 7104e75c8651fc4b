package io.sparring.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import io.sparring.network.Input;
import io.sparring.network.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SightTest {
    private static List<Input> inputs(EnvironmentSpec spec, String... overrides) {
        return ConfigurationFile.parse("test", "environment: {id: X}", List.of(overrides))
                .network()
                .trunk(spec)
                .inputs();
    }

    private static EnvironmentSpec spec(Space.Box observations, EnvironmentSpec.Part... parts) {
        return new EnvironmentSpec(
                "X",
                new TreeMap<>(),
                observations,
                new Space.Discrete(2),
                null,
                null,
                EnvironmentSpec.Recovery.SNAPSHOT,
                List.of(),
                false,
                List.of(parts));
    }

    private static int[] shape(String numbers) {
        return Arrays.stream(numbers.split("x")).mapToInt(Integer::parseInt).toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "84x84x3, auto, 3×84×84",
        "4x84x84, auto, 4×84×84",
        "10x10x4, auto, 4×10×10",
        "5x5x5, auto, 5×5×5",
        "6x9x8, last, 8×6×9",
        "9x6x4, first, 9×6×4",
        "10x5, auto, 1×10×5",
        "10x5, last, 1×10×5",
        "4x10x10x7, auto, 28×10×10",
        "4x3x9x8, auto, 12×9×8"
    })
    void theSmallerOfTheFirstAndTheLastDimensionIsTheChannelsUnlessTheKeySaysWhich(
            String shape, String channels, String seen) {
        Space.Box space = Space.Box.of(Space.Dtype.UINT8, 0, 255, shape(shape));

        assertThat(inputs(
                        spec(space),
                        "network.convolutions=[{filters: 1, kernel: 1, stride: 1}]",
                        "network.channels=" + channels))
                .singleElement()
                .extracting(Input::seen)
                .hasToString(seen);
    }

    @Test
    void withoutConvolutionsAnImageIsAVector() {
        assertThat(inputs(spec(Space.Box.of(Space.Dtype.UINT8, 0, 255, 4, 5, 3))))
                .singleElement()
                .satisfies(input -> {
                    assertThat(input.seen()).isEqualTo(Shape.vector(60));
                    assertThat(input.divisor()).isEqualTo(255);
                });
    }

    @Test
    void bytesThatAre0And1AreWhatTheyAre() {
        assertThat(inputs(spec(Space.Box.of(Space.Dtype.UINT8, 0, 1, 10, 10, 4))))
                .singleElement()
                .satisfies(input -> assertThat(input.divisor()).isEqualTo(1));
        assertThat(inputs(spec(Space.Box.of(Space.Dtype.FLOAT32, 0, 255, 10))))
                .singleElement()
                .satisfies(input -> assertThat(input.divisor()).isEqualTo(1));
    }

    private static final EnvironmentSpec PARTS = spec(
            Space.Box.of(300 + 4 + 36 + 6, 0, 255),
            new EnvironmentSpec.Part("camera", Space.Dtype.UINT8, List.of(10, 10, 3)),
            new EnvironmentSpec.Part("joints", Space.Dtype.FLOAT32, List.of(4)),
            new EnvironmentSpec.Part("depth", Space.Dtype.UINT8, List.of(6, 6)),
            new EnvironmentSpec.Part("goals", Space.Dtype.FLOAT32, List.of(3, 2)));

    @Test
    void ofADictionaryImagesAreSeenByConvolutionsAndTheOtherPartsAreVectors() {
        assertThat(inputs(PARTS, "network.convolutions=[{filters: 2, kernel: 3, stride: 1}]"))
                .extracting(input -> input.name() + " " + input.seen() + " " + input.divisor())
                .containsExactly(
                        "observation.camera 3×10×10 255.0",
                        "observation.joints 4 1.0",
                        "observation.depth 1×6×6 255.0",
                        "observation.goals 6 1.0");
    }

    @Test
    void withoutConvolutionsThePartsOfADictionaryAreApartOnlyWhereBytesAreAmongThem() {
        assertThat(inputs(PARTS)).hasSize(4);
        assertThat(inputs(spec(
                        Space.Box.of(5, -1, 1),
                        new EnvironmentSpec.Part("a", Space.Dtype.FLOAT32, List.of(2)),
                        new EnvironmentSpec.Part("b", Space.Dtype.FLOAT32, List.of(3)))))
                .containsExactly(Input.vector("observation", 5));
    }

    @Test
    void convolutionsThatHaveNothingToSeeOrDoNotFitAreRefusedWithTheKey() {
        assertThatThrownBy(() -> inputs(spec(Space.Box.of(4, -1, 1)), "network.convolutions=minatar"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(
                        "network.convolutions: expected none, since X shows no image: it observes [4] float32, acts in Discrete[n=2], got [16 of 3×3 by 1]");
        assertThatThrownBy(() ->
                        inputs(spec(Space.Box.of(Space.Dtype.UINT8, 0, 255, 4, 32, 32)), "network.convolutions=nature"))
                .isInstanceOf(InvalidConfiguration.class)
                .hasMessage(
                        "network.convolutions: expected kernels no larger than what they see, got 4×32×32 → 32 of 8×8 by 4 → 32×7×7 → 64 of 4×4 by 2 → 64×2×2 → 64 of 3×3 by 1, which does not fit");
    }
}
