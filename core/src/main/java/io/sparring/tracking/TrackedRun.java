package io.sparring.tracking;

import java.util.Map;
import java.util.function.BooleanSupplier;

/** What is told of a run. Any thread may tell; nobody waits. */
public interface TrackedRun {
    /** Of a run that nobody tracks. */
    TrackedRun NONE = new NoTracking();

    /** How a run ends. */
    enum End {
        /** As it was to. */
        FINISHED,
        /** It could not go on. */
        FAILED,
        /** Somebody wanted it to. */
        KILLED
    }

    /**
     * Points of its curves.
     *
     * @param step their x, environment steps
     * @param wallTime seconds since 1970
     * @param values by the curves' names; what is not finite is passed over
     */
    void numbers(long step, double wallTime, Map<String, Double> values);

    /** What has come to be known of it, in the place of what was said before. */
    void tag(String key, String value);

    /** Its end; what is told later belongs to it all the same. */
    void ended(End end);

    /**
     * A part of it that is a run by itself.
     *
     * @param key tells it from the others; the next session finds it by this
     */
    TrackedRun child(String key, String name, Map<String, ?> parameters, Map<String, String> tags);

    /**
     * What earlier sessions should have told of its parts. It is told when there is room for it, since there may be much of it and most of it known.
     *
     * @param tellNext tells of one part, from another thread; false: there was none left
     */
    void earlier(BooleanSupplier tellNext);
}
