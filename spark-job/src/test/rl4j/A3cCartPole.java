import java.util.Locale;
import org.deeplearning4j.rl4j.learning.async.a3c.discrete.A3CDiscreteDense;
import org.deeplearning4j.rl4j.learning.configuration.A3CLearningConfiguration;
import org.deeplearning4j.rl4j.mdp.CartpoleNative;
import org.deeplearning4j.rl4j.network.ac.ActorCriticFactorySeparateStdDense;
import org.deeplearning4j.rl4j.network.configuration.ActorCriticDenseNetworkConfiguration;
import org.deeplearning4j.rl4j.space.Box;
import org.nd4j.linalg.learning.config.Adam;

/** RL4J's A3C on its own CartPole: environment steps a second, learning included, after ten seconds of warm-up. */
final class A3cCartPole {
    private static final int WARM_UP_SECONDS = 10;

    public static void main(String[] arguments) throws Exception {
        int threads = Integer.parseInt(arguments[0]);
        int seconds = Integer.parseInt(arguments[1]);
        A3CLearningConfiguration settings = A3CLearningConfiguration.builder()
                .seed(0L)
                .maxEpochStep(500)
                .maxStep(Integer.MAX_VALUE)
                .numThreads(threads)
                .nStep(64)
                .rewardFactor(0.01)
                .gamma(0.99)
                .build();
        // As in its examples, which is smaller and faster than our preset's two layers of 64.
        ActorCriticDenseNetworkConfiguration network = ActorCriticDenseNetworkConfiguration.builder()
                .updater(new Adam(1e-2))
                .l2(0)
                .numHiddenNodes(16)
                .numLayers(2)
                .build();
        A3CDiscreteDense<Box> a3c = new A3CDiscreteDense<>(
                new CartpoleNative(), new ActorCriticFactorySeparateStdDense(network), settings);
        Thread training = new Thread(a3c::train);
        training.setDaemon(true);
        training.start();
        Thread.sleep(WARM_UP_SECONDS * 1000L);
        long steps = a3c.getStepCount();
        long start = System.nanoTime();
        Thread.sleep(seconds * 1000L);
        double rate = (a3c.getStepCount() - steps) / ((System.nanoTime() - start) / 1e9);
        System.out.printf(Locale.ROOT, "RL4J A3C, %d threads: %.0f environment steps/s%n", threads, rate);
        System.exit(0);
    }
}
