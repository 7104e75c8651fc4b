package io.sparring.tracking;

import io.sparring.configuration.InvalidConfiguration;
import java.util.Map;
import java.util.function.Consumer;

/** Where it is told what runs do. Whoever tells goes on at once: nothing here throws, and only {@link #close} waits. */
public interface Tracking extends AutoCloseable {
    /** The variable that asks for it. */
    String VARIABLE = "MLFLOW_TRACKING_URI";

    /**
     * What the environment's variables ask for; where they ask for nothing, nothing is done.
     *
     * @param environment this process's variables, by MLflow's names
     * @param remark receives what the user should know, in one line each, from another thread too
     * @throws InvalidConfiguration if they cannot be meant so; the message has no secret in it
     */
    static Tracking of(Map<String, String> environment, Consumer<String> remark) {
        String address = environment.get(VARIABLE);
        // What is behind the other branch is not even loaded.
        return address == null || address.isBlank() ? new NoTracking() : Mlflow.asked(environment, remark);
    }

    /** Whether anybody is told. */
    boolean isAsked();

    /**
     * A run that begins, or goes on.
     *
     * @param name as people read it
     * @param parameters what it was asked for, each text, a number or a truth value
     * @param tags what else is known of it
     * @param kept what {@code keep} got when it began; null: it begins
     * @param keep receives, from another thread, what its next session needs to go on in the same place
     */
    TrackedRun run(
            String name, Map<String, ?> parameters, Map<String, String> tags, String kept, Consumer<String> keep);

    /** Waits for what is left, a few seconds at most, and says what was not written. */
    @Override
    void close();
}
