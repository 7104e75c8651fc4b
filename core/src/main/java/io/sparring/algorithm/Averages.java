package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.loss.ActorCriticLoss;
import java.util.List;

/** The shards' sums as means over the whole batch; shards whose gradient was dropped do not count. */
final class Averages {
    private int samples;
    private ActorCriticLoss.Sums losses = ActorCriticLoss.Sums.NONE;
    private double advantageSum;
    private double advantageSquareSum;
    private double returnSum;
    private double returnSquareSum;
    private double residualSum;
    private double residualSquareSum;

    Averages(List<ShardStatistics> statistics) {
        for (ShardStatistics shard : statistics) {
            if (shard.finite()) {
                samples += shard.samples();
                losses = losses.plus(shard.losses());
                advantageSum += shard.advantageSum();
                advantageSquareSum += shard.advantageSquareSum();
                returnSum += shard.returnSum();
                returnSquareSum += shard.returnSquareSum();
                residualSum += shard.residualSum();
                residualSquareSum += shard.residualSquareSum();
            }
        }
    }

    int samples() {
        return samples;
    }

    /** ∇̄, or with normalised advantages (∇̄_A − μ ∇̄_1)/σ + ∇̄_rest; see {@link ShardWorker}. */
    float[] meanGradient(float[] sum, Configuration configuration) {
        if (!configuration.a2c().normalizeAdvantages()) {
            float[] mean = new float[sum.length];
            for (int i = 0; i < mean.length; i++) {
                mean[i] = sum[i] / samples;
            }
            return mean;
        }
        double mu = advantageSum / samples;
        double sigma = Math.sqrt(variance(advantageSum, advantageSquareSum)) + 1e-8;
        int count = sum.length / 3;
        float[] mean = new float[count];
        for (int i = 0; i < count; i++) {
            mean[i] = (float) (((sum[i] - mu * sum[count + i]) / sigma + sum[2 * count + i]) / samples);
        }
        return mean;
    }

    double policyLoss() {
        return losses.policy() / samples;
    }

    double valueLoss() {
        return losses.value() / samples;
    }

    double entropy() {
        return losses.entropy() / samples;
    }

    /** 1 − Var(R − V)/Var(R). */
    double explainedVariance() {
        return 1 - variance(residualSum, residualSquareSum) / variance(returnSum, returnSquareSum);
    }

    private double variance(double total, double squareTotal) {
        double mean = total / samples;
        return Math.max(0, squareTotal / samples - mean * mean);
    }
}
