package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.configuration.Configuration.Averaging;
import io.sparring.environment.EnvironmentSource;

/** What differs from one algorithm to the next, for everybody around it. A new algorithm is a file like {@link A2c} and a constant here. */
public enum Strategy {
    /** {@link A2c}. */
    A2C(true) {
        @Override
        public String parts(Configuration configuration) {
            return configuration.a2c().shards() + " shards";
        }

        @Override
        int firstShards(Configuration configuration) {
            return configuration.a2c().shards();
        }

        @Override
        TrainingResult train(
                Configuration configuration,
                EnvironmentSource source,
                TrainingState start,
                Backend backend,
                TrainingListener listener) {
            try (Rounds rounds = backend.rounds(configuration, source, start)) {
                return A2c.train(configuration, start, rounds, listener);
            }
        }
    },

    /** {@link A3c}. */
    A3C(false) {
        @Override
        public String parts(Configuration configuration) {
            int workers = configuration.a3c().workers();
            return workers == Configuration.A3c.AUTO_WORKERS
                    ? "as many workers as slots"
                    : workers + " workers" + (configuration.a3c().inTurn() ? " in turn" : "");
        }

        @Override
        int firstShards(Configuration configuration) {
            return 0; // A worker makes its own first episodes.
        }

        @Override
        TrainingResult train(
                Configuration configuration,
                EnvironmentSource source,
                TrainingState start,
                Backend backend,
                TrainingListener listener)
                throws InterruptedException {
            try (Workers workers = backend.workers(configuration, source, start)) {
                return A3c.train(configuration, source, start, workers, listener);
            }
        }
    },

    /** {@link Ppo}. */
    PPO(true) {
        @Override
        public String parts(Configuration configuration) {
            return configuration.ppo().shards() + " shards";
        }

        @Override
        int firstShards(Configuration configuration) {
            return configuration.ppo().shards();
        }

        @Override
        public boolean keepsExperience(Configuration configuration) {
            return configuration.ppo().average() == Averaging.GRADIENTS;
        }

        @Override
        TrainingResult train(
                Configuration configuration,
                EnvironmentSource source,
                TrainingState start,
                Backend backend,
                TrainingListener listener) {
            try (Rounds rounds = backend.rounds(configuration, source, start)) {
                return Ppo.train(configuration, start, rounds, listener);
            }
        }
    };

    private final boolean inRounds;

    Strategy(boolean inRounds) {
        this.inRounds = inRounds;
    }

    /** The one that a configuration asks for. */
    public static Strategy of(Configuration configuration) {
        return valueOf(configuration.algorithm().name());
    }

    /** Whether all wait for each other in rounds, with the same bits each time; otherwise workers run all the time, each in a slot of its own. */
    public boolean inRounds() {
        return inRounds;
    }

    /** What a run is made of, in words, as in {@code 2 shards}. */
    public abstract String parts(Configuration configuration);

    /** Whether rounds leave experience to be learned from in jobs of their own: see {@link Rounds#learn}. */
    public boolean keepsExperience(Configuration configuration) {
        return false;
    }

    /** How many shards a run begins with. */
    abstract int firstShards(Configuration configuration);

    abstract TrainingResult train(
            Configuration configuration,
            EnvironmentSource source,
            TrainingState start,
            Backend backend,
            TrainingListener listener)
            throws InterruptedException;
}
