package io.sparring.tracking;

import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Nobody is told. */
final class NoTracking implements Tracking, TrackedRun {
    @Override
    public boolean isAsked() {
        return false;
    }

    @Override
    public TrackedRun run(
            String name, Map<String, ?> parameters, Map<String, String> tags, String kept, Consumer<String> keep) {
        return this;
    }

    @Override
    public TrackedRun child(String key, String name, Map<String, ?> parameters, Map<String, String> tags) {
        return this;
    }

    @Override
    public void numbers(long step, double wallTime, Map<String, Double> values) {}

    @Override
    public void tag(String key, String value) {}

    @Override
    public void ended(End end) {}

    @Override
    public void earlier(BooleanSupplier tellNext) {}

    @Override
    public void close() {}
}
