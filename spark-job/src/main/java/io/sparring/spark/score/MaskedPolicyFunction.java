package io.sparring.spark.score;

import java.io.IOException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF2;

/** As {@link PolicyFunction}, of an observation and a mask: flags for the actions that are allowed, or null where all are. */
public final class MaskedPolicyFunction implements UDF2<Object, Object, Row> {
    private static final long serialVersionUID = 1L;

    private final PolicyFunction policy;

    /** Loads the policy; called by Spark, where the function is registered. */
    public MaskedPolicyFunction() throws IOException {
        this(new PolicyFunction());
    }

    MaskedPolicyFunction(PolicyFunction policy) {
        this.policy = policy;
    }

    @Override
    public Row call(Object observation, Object mask) {
        return policy.score(observation, mask);
    }
}
