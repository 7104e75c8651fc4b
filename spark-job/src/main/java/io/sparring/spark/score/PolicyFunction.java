package io.sparring.spark.score;

import io.sparring.configuration.InvalidConfiguration;
import io.sparring.environment.Space;
import io.sparring.network.Observations;
import io.sparring.rollout.Scorer;
import io.sparring.spark.table.MaskColumns;
import io.sparring.spark.table.ObservedNumbers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;

/**
 * A policy as a function of SQL, which PySpark and Java register by this class's name: of an observation a struct with what {@link Policy#columns} lists. Which run's it is
 * says {@code spark.sparring.policy} when it is registered; then it is loaded, once, and travels with the query.
 *
 * <pre>
 *   spark.conf.set("spark.sparring.policy", "runs/mine")
 *   spark.udf.registerJavaFunction("policy", "io.sparring.spark.score.PolicyFunction",
 *       "struct&lt;action:int,probabilities:array&lt;float&gt;,value:float&gt;")
 *   spark.sql("select policy(struct(x, x_dot, theta, theta_dot)).action from states")
 * </pre>
 *
 * <p>An observation is an array, bytes, or a struct whose fields are its numbers or parts in the environment's order; of null comes null. Row by row, it takes some ten times as
 * long as {@link Policy#transform}.
 */
public final class PolicyFunction implements UDF1<Object, Row> {
    /** Where the run is named. */
    public static final String RUN = "spark.sparring.policy";

    private static final long serialVersionUID = 1L;

    private final Policy policy;
    private transient Scorer scorer;
    private transient List<ScoredColumn> columns;
    private transient ObservedNumbers numbers;

    /**
     * Loads the policy; called by Spark, where the function is registered.
     *
     * @throws InvalidConfiguration if no run is named, or there is none
     */
    public PolicyFunction() throws IOException {
        String run = SparkSession.active().conf().get(RUN, "");
        if (run.isEmpty()) {
            throw new InvalidConfiguration(RUN + ": expected a run's folder, and it is not set");
        }
        policy = Policy.load(run);
    }

    PolicyFunction(Policy policy) {
        this.policy = policy;
    }

    @Override
    public Row call(Object observation) {
        return score(observation, null);
    }

    /**
     * @param observation null: the result is null
     * @param mask null: everything is allowed
     * @throws BadRow if they are not of the policy's environment
     */
    synchronized Row score(Object observation, Object mask) {
        if (observation == null) {
            return null;
        }
        if (scorer == null) {
            scorer = policy.scorer();
            columns = ScoredColumn.of(policy.environment().actionSpace());
            numbers = ObservedNumbers.of(policy.environment());
        }
        Observations observations = observation(observation);
        scorer.score(observations, allowed(mask), 1);
        Object[] values = new Object[columns.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = columns.get(i).get(scorer, 0);
        }
        return RowFactory.create(values);
    }

    private Observations observation(Object given) {
        List<Object> flat = flat("observation", given, numbers.size());
        Observations observation = numbers.room(1);
        for (int i = 0; i < flat.size(); i++) {
            String wrong = flat.get(i) instanceof Number number
                    ? numbers.put(number.floatValue(), observation, 0, i)
                    : "is " + flat.get(i) + ", expected a number";
            if (wrong != null) {
                throw new BadRow("observation[" + i + "] " + wrong);
            }
        }
        return observation;
    }

    private boolean[] allowed(Object mask) {
        if (mask == null) {
            return new boolean[0];
        }
        Space actions = policy.environment().actionSpace();
        List<Object> flags = flat("mask", mask, actions.maskSize());
        boolean[] allowed = new boolean[flags.size()];
        String wrong = MaskColumns.put(flags::get, allowed.length, actions, allowed, 0);
        if (wrong != null) {
            throw new BadRow(wrong);
        }
        return allowed;
    }

    private static List<Object> flat(String what, Object given, int count) {
        List<Object> flat = new ArrayList<>();
        flatten(given, flat);
        if (flat.size() != count) {
            throw new BadRow(what + " has " + flat.size() + " numbers, expected " + count);
        }
        return flat;
    }

    private static void flatten(Object given, List<Object> into) {
        if (given instanceof Number || given instanceof Boolean || given instanceof String || given == null) {
            into.add(given);
        } else if (given instanceof byte[] bytes) {
            for (byte one : bytes) {
                into.add(one & 0xff);
            }
        } else if (given instanceof Row row) {
            for (int i = 0; i < row.length(); i++) {
                flatten(row.get(i), into);
            }
        } else {
            // A collection of Scala's, whose classes differ between its versions: Spark has it as Java's.
            for (Object one : RowFactory.create(given).getList(0)) {
                flatten(one, into);
            }
        }
    }
}
