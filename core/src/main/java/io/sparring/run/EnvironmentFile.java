package io.sparring.run;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Space;
import java.nio.charset.StandardCharsets;

/**
 * {@value #NAME} in a run's folder: the {@link EnvironmentSpec} as JSON, so that whoever reads the run needs no environment. What a later
 * build adds to it is passed over. Data only.
 */
public final class EnvironmentFile {
    /** The file's name in the run's folder. */
    public static final String NAME = "environment.json";

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.USE_LONG_FOR_INTS)
            .addMixIn(Space.class, SpaceKind.class)
            .build();

    private EnvironmentFile() {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Space.Discrete.class, name = "discrete"),
        @JsonSubTypes.Type(value = Space.MultiDiscrete.class, name = "multi-discrete"),
        @JsonSubTypes.Type(value = Space.MultiBinary.class, name = "multi-binary"),
        @JsonSubTypes.Type(value = Space.Box.class, name = "box")
    })
    private interface SpaceKind {}

    /** The file's content. */
    public static byte[] write(EnvironmentSpec spec) {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(spec);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * @param bytes what {@link #write} gave
     * @throws IllegalArgumentException if it is something else; the message is one line
     */
    public static EnvironmentSpec read(byte[] bytes) {
        try {
            return JSON.readValue(new String(bytes, StandardCharsets.UTF_8), EnvironmentSpec.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("it is not what an environment is written down as: "
                    + String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse(""));
        }
    }
}
