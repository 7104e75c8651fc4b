package io.sparring.imitation;

import java.io.Serializable;
import java.util.Arrays;

/**
 * How a model does on logged rows, as sums, which add up.
 *
 * @param rows how many
 * @param weight Σ of how much their actions count
 * @param policyLoss Σ of −log π(a|s), each by how much it counts
 * @param agreed Σ of which share of an action's choices the likeliest action has made alike
 * @param residuals of each number of a box's actions Σ (a − mean)², by how much the action counts; empty for other spaces
 * @param errors Σ (R − V)
 * @param squaredErrors Σ (R − V)²
 * @param targets Σ R
 * @param squaredTargets Σ R²
 */
public record Score(
        long rows,
        double weight,
        double policyLoss,
        double agreed,
        double[] residuals,
        double errors,
        double squaredErrors,
        double targets,
        double squaredTargets)
        implements Serializable {

    /** Of no rows. */
    public static final Score NONE = new Score(0, 0, 0, 0, new double[0], 0, 0, 0, 0);

    /** Both. */
    public Score plus(Score other) {
        double[] sums = Arrays.copyOf(residuals, Math.max(residuals.length, other.residuals.length));
        for (int i = 0; i < other.residuals.length; i++) {
            sums[i] += other.residuals[i];
        }
        return new Score(
                rows + other.rows,
                weight + other.weight,
                policyLoss + other.policyLoss,
                agreed + other.agreed,
                sums,
                errors + other.errors,
                squaredErrors + other.squaredErrors,
                targets + other.targets,
                squaredTargets + other.squaredTargets);
    }

    /** The mean of −log π(a|s), in nats. */
    public double meanPolicyLoss() {
        return policyLoss / weight;
    }

    /** How many choices the likeliest action makes as they were made, of all; NaN where actions are numbers. */
    public double accuracy() {
        return residuals.length > 0 ? Double.NaN : agreed / rows;
    }

    /** The mean of (R − V)². */
    public double meanValueLoss() {
        return squaredErrors / rows;
    }

    /** 1 − Var(R − V)/Var(R); NaN where all R are alike. */
    public double explainedVariance() {
        double variance = variance(targets, squaredTargets);
        return variance <= 0 ? Double.NaN : 1 - variance(errors, squaredErrors) / variance;
    }

    /** The mean of R − V: what came beyond the critic's guess. */
    public double meanAdvantage() {
        return errors / rows;
    }

    /** The standard deviation of R − V. */
    public double advantageDeviation() {
        return Math.sqrt(Math.max(0, variance(errors, squaredErrors)));
    }

    /** The mean of R. */
    public double meanTarget() {
        return targets / rows;
    }

    /** The standard deviation of R. */
    public double targetDeviation() {
        return Math.sqrt(Math.max(0, variance(targets, squaredTargets)));
    }

    private double variance(double sum, double squares) {
        return squares / rows - sum / rows * (sum / rows);
    }
}
