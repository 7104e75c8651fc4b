package io.sparring.configuration;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.sparring.Names;
import io.sparring.advantage.AdvantageEstimator;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.EnvironmentSpec;
import io.sparring.environment.Environments;
import io.sparring.environment.Space;
import io.sparring.environment.gymnasium.Gymnasium;
import io.sparring.environment.gymnasium.Hosting;
import io.sparring.environment.gymnasium.PythonFailure;
import io.sparring.loss.ActorCriticLoss;
import io.sparring.network.Activation;
import io.sparring.network.Architecture;
import io.sparring.network.Engine;
import io.sparring.network.Filters;
import io.sparring.network.Input;
import io.sparring.network.Memory;
import io.sparring.network.Normalizer;
import io.sparring.network.Trunk;
import io.sparring.optimizer.OptimizerKind;
import io.sparring.optimizer.Schedule;
import io.sparring.optimizer.UpdateRule;
import io.sparring.parameterserver.Merging;
import io.sparring.policy.ActionDistribution;
import io.sparring.policy.Noise;
import java.io.Serializable;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A whole run: the same configuration gives the same parameters, byte for byte.
 *
 * @see ConfigurationFile
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record Configuration(
        @JsonProperty(defaultValue = "a2c")
        @JsonPropertyDescription(
                "The algorithm: `a2c`, synchronous rounds; `ppo`, synchronous rounds that learn from each rollout several times; or `a3c`, workers that wait for nobody. The others' sections may stand in the file as well.")
        Algorithm algorithm,

        @JsonProperty(defaultValue = "0")
        @JsonPropertyDescription("Everything random derives from it. `--seed` sets it too.")
        long seed,

        @JsonPropertyDescription("What is learned.") Environment environment,

        @JsonPropertyDescription("The actor and the critic.")
        Network network,

        @JsonPropertyDescription(
                "What the network sees and learns from is brought to one scale, by what the run has seen so far: part of the model, merged over all shards or workers, and fixed in evaluations.")
        Normalize normalize,

        @JsonPropertyDescription("The synchronous algorithm.")
        A2c a2c,

        @JsonPropertyDescription(
                "The asynchronous algorithm: workers push what they learned to a parameter server and pull what all have learned.")
        A3c a3c,

        @JsonPropertyDescription("The synchronous algorithm that learns from each rollout several times.")
        Ppo ppo,

        @JsonPropertyDescription(
                "How `pretrain` learns from a table of what others did, before there is any interaction. Trainings do not read it.")
        Pretrain pretrain,

        @JsonPropertyDescription("How a gradient becomes a step.")
        Optimizer optimizer,

        @JsonPropertyDescription("When the run ends: at whichever limit is met first.")
        Budget budget,

        @JsonPropertyDescription("Episodes played beside training: they decide `best` and the stop at `target-return`.")
        Evaluation evaluation,

        @JsonPropertyDescription("What is kept so that a run can go on.")
        Checkpoint checkpoint,

        @JsonPropertyDescription("How the rounds are laid on Spark. Nothing here changes a result.")
        Cluster cluster)
        implements Serializable {

    /** Checks what no section can check alone. */
    public Configuration {
        Require.that(
                budget.targetReturn() == null || evaluation.everyEnvSteps() > 0,
                "budget.target-return",
                budget.targetReturn(),
                "no target where evaluation.every-env-steps is 0, since evaluations decide when it is reached");
        Require.that(
                algorithm != Algorithm.PPO
                        || !network.memory().layer().isThere()
                        || environment.copiesPerShard() % ppo.minibatches() == 0,
                "ppo.minibatches",
                ppo.minibatches(),
                "a divisor of environment.copies-per-shard, which is " + environment.copiesPerShard()
                        + ", since with network.memory a minibatch is all steps of some copies");
        long samples = (long) environment.copiesPerShard() * ppo.learning().rolloutLength();
        Require.that(
                algorithm != Algorithm.PPO || samples % ppo.minibatches() == 0,
                "ppo.minibatches",
                ppo.minibatches(),
                "a divisor of the " + samples + " samples of a shard (environment.copies-per-shard "
                        + environment.copiesPerShard() + " × ppo.rollout-length "
                        + ppo.learning().rolloutLength() + ")");
        long together = ppo.average() == Averaging.GRADIENTS ? ppo.shards() * samples : samples;
        Require.that(
                algorithm != Algorithm.PPO || !ppo.normalizeAdvantages() || together / ppo.minibatches() >= 2,
                "ppo.minibatches",
                ppo.minibatches(),
                "at most half of the " + together + " samples, since ppo.normalize-advantages makes 0 of a single one");
        Learning used = learning(algorithm, a2c, a3c, ppo);
        Require.that(
                used.rolloutLength() <= budget.envSteps(),
                algorithm.section() + ".rollout-length",
                used.rolloutLength(),
                "at most budget.env-steps, which is " + budget.envSteps());
    }

    /** The same with another optimizer. */
    public Configuration with(Optimizer other) {
        return new Configuration(
                algorithm,
                seed,
                environment,
                network,
                normalize,
                a2c,
                a3c,
                ppo,
                pretrain,
                other,
                budget,
                evaluation,
                checkpoint,
                cluster);
    }

    /**
     * Where evaluations are played: in the run's environment, with options and wrappers of their own if they have some.
     *
     * @param source the run's
     * @throws InvalidConfiguration if there is none with these, or it observes or acts otherwise than the run's does; of
     *     {@linkplain Environment#isPythons those in Python} that is found where it is made
     */
    public EnvironmentSource evaluationSource(EnvironmentSource source) {
        if (evaluation.options().isEmpty() && evaluation.wrappers() == null) {
            return source;
        }
        Environment other = evaluated();
        return other.isPythons()
                ? new EnvironmentSource(source.spec().with(other.options(), other.wrapped()), source.maker())
                : sameSpaces(source.spec(), other);
    }

    /** The environment with evaluation's own options and wrappers. */
    private Environment evaluated() {
        SortedMap<String, Object> options = new TreeMap<>(environment.options());
        options.putAll(evaluation.options());
        return environment.with(
                options, evaluation.wrappers() == null ? environment.wrappers() : evaluation.wrappers());
    }

    /**
     * As {@link #evaluationSource}, and of those in Python, too, finds out here whether there is such an environment.
     *
     * @throws MissingHere if this machine lacks the Python that it needs
     */
    public void requireEvaluation(EnvironmentSource source) {
        if (evaluationSource(source) != source && environment.isPythons()) {
            sameSpaces(source.spec(), evaluated());
        }
    }

    private static EnvironmentSource sameSpaces(EnvironmentSpec spec, Environment other) {
        EnvironmentSource played;
        try {
            played = other.resolve();
        } catch (MissingHere e) {
            throw e;
        } catch (InvalidConfiguration e) {
            throw new InvalidConfiguration(e.getMessage().replaceFirst("^environment", "evaluation"));
        }
        Require.that(
                played.spec().observationSpace().equals(spec.observationSpace())
                        && played.spec().actionSpace().equals(spec.actionSpace())
                        && played.spec().masks() == spec.masks(),
                "evaluation",
                "one that " + played.spec().spaces(),
                "options and wrappers whose environment " + spec.spaces() + ", as the run's");
        return played;
    }

    /** The environment steps at which schedules end. */
    public long scheduleEnvSteps() {
        return optimizer.scheduleEnvSteps() == null ? budget.envSteps() : optimizer.scheduleEnvSteps();
    }

    /** Which share of the schedules has passed after so many environment steps: from 0; 1 and more where they have ended. */
    public double progress(long envSteps) {
        return (double) envSteps / scheduleEnvSteps();
    }

    /** The learning rate of a step that is taken after so many environment steps. */
    public double learningRate(long envSteps) {
        return optimizer.learningRate() * optimizer.schedule().factor(progress(envSteps));
    }

    /** How the run's algorithm learns from a rollout. */
    public Learning learning() {
        return learning(algorithm, a2c, a3c, ppo);
    }

    private static Learning learning(Algorithm algorithm, A2c a2c, A3c a3c, Ppo ppo) {
        return switch (algorithm) {
            case A2C -> a2c.learning();
            case A3C -> a3c.learning();
            case PPO -> ppo.learning();
        };
    }

    /**
     * N of the run's algorithm, where it is one in rounds.
     *
     * @throws IllegalStateException if it has no shards
     */
    public int shards() {
        return switch (algorithm) {
            case A2C -> a2c.shards();
            case PPO -> ppo.shards();
            case A3C -> throw new IllegalStateException("a3c has workers");
        };
    }

    /** The algorithms by name. */
    public enum Algorithm {
        /** Synchronous rounds. */
        @JsonProperty("a2c")
        A2C,
        /** Workers that wait for nobody. */
        @JsonProperty("a3c")
        A3C,
        /** Synchronous rounds that learn from each rollout several times. */
        @JsonProperty("ppo")
        PPO;

        /** The name of its section. */
        public String section() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** See {@link Configuration#environment()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Environment(
            @JsonPropertyDescription("The environment's name; `sparring envs` lists them.")
            String id,

            @JsonProperty(defaultValue = "8")
            @JsonPropertyDescription("How many copies step together in each shard (or worker).")
            int copiesPerShard,

            @JsonProperty(defaultValue = "{}")
            @JsonPropertyDescription(
                    "The environment's own options, by name; `sparring envs` lists them. Part of the result.")
            SortedMap<String, Object> options,

            @JsonProperty(defaultValue = "[]")
            @JsonPropertyDescription(
                    "What stands between the environment and who acts, by name, the innermost first; one with arguments is `{name: {argument: value}}`. `sparring envs` lists them; `gymnasium:` environments have those of `gymnasium.wrappers`. Part of the result.")
            List<Object> wrappers,

            @JsonProperty(defaultValue = "[]")
            @JsonPropertyDescription(
                    "Of `gymnasium:` environments: Python modules that register environments when they are imported.")
            List<String> modules,

            @JsonProperty(defaultValue = "\"\"")
            @JsonPropertyDescription(
                    "Of `gymnasium:` environments: the Python interpreter. Where it is empty: PYSPARK_PYTHON, PYSPARK_DRIVER_PYTHON, or python3 on the path.")
            String python,

            @JsonProperty(defaultValue = "false")
            @JsonPropertyDescription(
                    "Of `gymnasium:` environments: whether an episode that is not the same when it is played again ends the run. Else it is cut there and a fresh one begins.")
            boolean requireReplay,

            @JsonProperty(defaultValue = "3")
            @JsonPropertyDescription(
                    "Of `gymnasium:` environments: how many Python processes of one block of copies may be lost within one rollout before the run ends.")
            int maxRestarts,

            @JsonProperty(defaultValue = "120")
            @JsonPropertyDescription(
                    "Of `gymnasium:` environments: the seconds in which a Python process has to be ready, or to have reset all copies.")
            double startSeconds,

            @JsonProperty(defaultValue = "60")
            @JsonPropertyDescription(
                    "Of `gymnasium:` environments: the seconds in which all copies have to have made a step.")
            double stepSeconds,

            @JsonProperty(defaultValue = "true")
            @JsonPropertyDescription(
                    "Of `gymnasium:` environments: whether Python steps one half of the copies while Java acts for the other. The result is the same.")
            boolean halfBlocks)
            implements Serializable {
        /** The keys of what belongs to the machine of the day and not to what is learned: a run may go on with others. */
        public static final Set<String> HOSTING = Set.of(
                "modules", "python", "require-replay", "max-restarts", "start-seconds", "step-seconds", "half-blocks");

        public Environment {
            Require.that(id != null, "id", id, "an environment's name, as sparring envs lists them");
            Require.atLeast(1, "copies-per-shard", copiesPerShard);
            Require.atLeast(0, "max-restarts", maxRestarts);
            Require.within(0.001, 86_400, "start-seconds", startSeconds);
            Require.within(0.001, 86_400, "step-seconds", stepSeconds);
            wrappers = List.copyOf(wrappers);
            wrappers.forEach(Environment::wrapper);
            modules = List.copyOf(modules);
            options = normalized(options);
        }

        /** A copy. YAML's small numbers are Integers: without this, a configuration would differ from one that gives Longs. */
        private static SortedMap<String, Object> normalized(SortedMap<String, Object> options) {
            SortedMap<String, Object> normalized = new TreeMap<>(options);
            normalized.replaceAll((name, value) -> value instanceof Integer whole ? (Object) whole.longValue() : value);
            return Collections.unmodifiableSortedMap(normalized);
        }

        /**
         * The environment that this names. Whether there is one is not checked before: a run's report does not need it.
         *
         * @throws InvalidConfiguration if there is none of that name here, or an option or wrapper is unknown or its value not allowed
         * @throws MissingHere if this machine lacks the Python that it needs
         */
        public EnvironmentSource resolve() {
            List<EnvironmentSpec.Wrapper> asked = wrapped();
            if (isPythons()) {
                return gymnasium(asked);
            }
            List<String> known = Environments.ids();
            Require.that(known.contains(id), "environment.id", id, "one of " + known + Names.hint(id, known));
            try {
                return Environments.resolve(id, options, asked);
            } catch (IllegalArgumentException e) {
                String message = String.valueOf(e.getMessage());
                boolean ofKey = message.startsWith("options.") || message.startsWith("wrappers: ");
                throw new InvalidConfiguration((ofKey ? "environment." : "environment: ") + message);
            }
        }

        /** Whether only a machine with Python can say what it is. */
        public boolean isPythons() {
            return Gymnasium.has(id);
        }

        /**
         * The environment that a run began with.
         *
         * @param spec what was resolved then
         * @throws IllegalArgumentException if there is none of that name here, or not all of its wrappers are
         */
        public EnvironmentSource of(EnvironmentSpec spec) {
            return Gymnasium.has(spec.id()) ? Gymnasium.of(spec, hosting()) : Environments.of(spec);
        }

        private EnvironmentSource gymnasium(List<EnvironmentSpec.Wrapper> asked) {
            try {
                return Gymnasium.resolve(id, options, asked, hosting());
            } catch (IllegalArgumentException e) {
                String message = "environment: " + e.getMessage();
                throw e.getCause() instanceof PythonFailure failure && failure.isMissing()
                        ? new MissingHere(message)
                        : new InvalidConfiguration(message);
            }
        }

        /** The same on a machine where Python is started as another configuration says; see {@link #HOSTING}. */
        public Environment hostedAs(Environment other) {
            return new Environment(
                    id,
                    copiesPerShard,
                    options,
                    wrappers,
                    other.modules,
                    other.python,
                    other.requireReplay,
                    other.maxRestarts,
                    other.startSeconds,
                    other.stepSeconds,
                    other.halfBlocks);
        }

        /**
         * What the process of one block of copies has of memory here, in bytes; for {@linkplain #isPythons those in Python}.
         *
         * @throws PythonFailure if it does not start
         */
        public long residentBytes() {
            return Gymnasium.residentBytes(id, options, wrapped(), copiesPerShard, hosting());
        }

        /** The same with other options and wrappers. */
        private Environment with(SortedMap<String, Object> otherOptions, List<Object> otherWrappers) {
            return new Environment(
                    id,
                    copiesPerShard,
                    otherOptions,
                    otherWrappers,
                    modules,
                    python,
                    requireReplay,
                    maxRestarts,
                    startSeconds,
                    stepSeconds,
                    halfBlocks);
        }

        private List<EnvironmentSpec.Wrapper> wrapped() {
            return wrappers.stream().map(Environment::wrapper).toList();
        }

        private Hosting hosting() {
            return new Hosting(python, modules, requireReplay, maxRestarts, startSeconds, stepSeconds, halfBlocks);
        }

        private static EnvironmentSpec.Wrapper wrapper(Object given) {
            if (given instanceof String name) {
                return new EnvironmentSpec.Wrapper(name, new TreeMap<>());
            }
            if (given instanceof Map<?, ?> one && one.size() == 1) {
                Map.Entry<?, ?> only = one.entrySet().iterator().next();
                if (only.getValue() instanceof Map<?, ?> arguments) {
                    SortedMap<String, Object> named = new TreeMap<>();
                    arguments.forEach((name, value) -> named.put(name.toString(), value));
                    return new EnvironmentSpec.Wrapper(only.getKey().toString(), named);
                }
            }
            throw new InvalidConfiguration(
                    "wrappers: expected a wrapper's name or {name: {argument: value}}, got " + given);
        }
    }

    /** See {@link Configuration#network()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Network(
            @JsonProperty(defaultValue = "separate")
            @JsonPropertyDescription(
                    "`shared`: one trunk under a policy head and a value head. `separate`: a trunk for each.")
            Architecture.Kind kind,

            @JsonProperty(defaultValue = "[64, 64]")
            @JsonPropertyDescription(
                    "The sizes of the hidden layers. `[256]` with `kind: shared` is the reference network.")
            List<Integer> hidden,

            @JsonProperty(defaultValue = "[]")
            @JsonPropertyDescription(
                    "What each image of an observation goes through before the hidden layers: `[{filters: 16, kernel: 3, stride: 1}, …]` from the first on, square and nowhere over the edge; or `minatar`, which is that one, or `nature`, 32 of 8×8 by 4, 64 of 4×4 by 2 and 64 of 3×3 by 1. Vectors beside the images are joined behind them. What has three dimensions is an image, or four, a stack of images; what has two is one of one channel, unless it is a part of floats among others.")
            @JsonDeserialize(using = ConvolutionsReader.class)
            List<Filters> convolutions,

            @JsonProperty(defaultValue = "auto")
            @JsonPropertyDescription(
                    "Which dimension of an image is its channels, with `convolutions`: `first`, `last`, or `auto`, the smaller of the two, and the first one where they are equal.")
            Channels channels,

            @JsonProperty(defaultValue = "false")
            @JsonPropertyDescription(
                    "Whether each hidden layer's outputs are normalised, row by row, before the activation (Ba et al. 2016); `engine: dl4j` has no such layer norm.")
            boolean layerNorm,

            @JsonProperty(defaultValue = "tanh")
            @JsonPropertyDescription(
                    "What follows each convolution and each hidden layer: `tanh`, `relu`, `elu`, or `silu`, x σ(x).")
            Activation activation,

            @JsonPropertyDescription(
                    "What stands between the last hidden layer and a head, so that an action can depend on what was observed before.")
            NetworkMemory memory,

            @JsonProperty(defaultValue = "plain")
            @JsonPropertyDescription(
                    "What computes gradients: `plain`, or `dl4j`, DL4J's own layers on ND4J arrays: the same as far as floats go, several times as slow, from a jar of its own.")
            Engine engine,

            @JsonProperty(defaultValue = "gaussian")
            @JsonPropertyDescription(
                    "Where the action space is a box, what is added to the policy's means: `gaussian`, as much in every state and anew at every step, or `gsde`, a random linear function of the policy's last hidden layer that lasts for `noise-steps` (Raffin et al. 2021).")
            Noise noise,

            @JsonProperty(defaultValue = "8")
            @JsonPropertyDescription("Of `gsde`: for how many steps a copy's random function is used.")
            int noiseSteps,

            @JsonProperty(defaultValue = "0.0")
            @JsonPropertyDescription(
                    "log σ at the start, of the actions' noise in every dimension; where the action space is a box. With `gsde` it is that of each weight of the random function, whose sum grows with the hidden layer: -2 and thereabouts are usual.")
            double initialLogStd)
            implements Serializable {
        public Network {
            Require.atLeast(1, "noise-steps", noiseSteps);
            Require.within(-20, 20, "initial-log-std", initialLogStd);
            for (Integer size : hidden) {
                Require.that(size != null && size >= 1, "hidden", hidden, "whole numbers of at least 1");
            }
            hidden = List.copyOf(hidden);
            convolutions = List.copyOf(convolutions);
            Require.that(
                    !layerNorm || engine != Engine.DL4J,
                    "layer-norm",
                    layerNorm,
                    "false with engine: dl4j, whose own layer norm divides by the deviation alone");
            Require.that(
                    engine == Engine.PLAIN || !memory.layer().isThere(),
                    "engine",
                    engine.name().toLowerCase(Locale.ROOT),
                    "plain where network.memory is not none");
        }

        /** Which dimension of an image is its channels. */
        public enum Channels {
            /** The first. */
            FIRST,
            /** The last. */
            LAST,
            /** The smaller one of them. */
            AUTO
        }

        /**
         * The network for an environment.
         *
         * @throws InvalidConfiguration if it has nothing that these convolutions fit, or no noise of this kind
         */
        public Architecture architecture(EnvironmentSpec environment) {
            ActionDistribution distribution = distribution(environment);
            return new Architecture(
                    kind, trunk(environment), memory.layer(), distribution.outputs(), distribution.freeParameters());
        }

        /** What its heads stand on; as {@link #architecture}. */
        public Trunk trunk(EnvironmentSpec environment) {
            List<Input> inputs = Sight.inputs(environment, channels, !convolutions.isEmpty());
            Require.that(
                    convolutions.isEmpty() || inputs.stream().anyMatch(input -> input.order() != Input.Order.VECTOR),
                    "network.convolutions",
                    convolutions,
                    "none, since " + environment.id() + " shows no image: it " + environment.spaces());
            try {
                return new Trunk(inputs, convolutions, hidden, layerNorm, activation);
            } catch (IllegalArgumentException e) {
                throw new InvalidConfiguration(
                        "network.convolutions: expected kernels no larger than what they see, got " + e.getMessage());
            }
        }

        /**
         * The distributions over an environment's actions that the policy head describes.
         *
         * @throws InvalidConfiguration if its actions have no noise of this kind
         */
        public ActionDistribution distribution(EnvironmentSpec environment) {
            if (noise == Noise.GAUSSIAN) {
                return ActionDistribution.of(environment.actionSpace());
            }
            if (environment.actionSpace() instanceof Space.Box box) {
                return ActionDistribution.stateDependent(box, features(environment), noiseSteps);
            }
            throw new InvalidConfiguration(
                    "network.noise: expected gaussian where actions are no box of numbers, got gsde; those of "
                            + environment.id() + " are " + environment.actionSpace());
        }

        /** How many numbers a head stands on. */
        private int features(EnvironmentSpec environment) {
            return memory.layer().isThere() ? memory.size() : trunk(environment).features();
        }
    }

    /** See {@link Network#memory()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record NetworkMemory(
            @JsonProperty(defaultValue = "none")
            @JsonPropertyDescription(
                    "`none`, `lstm` or `gru`, as PyTorch has them: one layer between the last hidden layer and the heads, with `network.kind: separate` one for the actor and one for the critic. `network.memory: lstm` says the same as `network.memory.kind: lstm`. What is remembered is forgotten where an episode ends; gradients end where a rollout begins.")
            Memory.Kind kind,

            @JsonProperty(defaultValue = "128")
            @JsonPropertyDescription("How many numbers it gives, which stand below the heads.")
            int size)
            implements Serializable {
        public NetworkMemory {
            Require.atLeast(1, "size", size);
        }

        /** The layer that this describes. */
        public Memory layer() {
            return kind == Memory.Kind.NONE ? Memory.NONE : new Memory(kind, size);
        }
    }

    /** How any of the algorithms learns from a rollout: keys of each one's own section. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Learning(
            @JsonProperty(defaultValue = "16")
            @JsonPropertyDescription("k, how many steps every copy acts before the gradient is taken.")
            int rolloutLength,

            @JsonProperty(defaultValue = "0.99") @JsonPropertyDescription("γ, the discount.")
            double gamma,

            @JsonProperty(defaultValue = "1.0")
            @JsonPropertyDescription(
                    "λ of generalized advantage estimation and of V-trace: 0 is one step, 1 is k step with the longest k that the rollout allows.")
            double gaeLambda,

            @JsonProperty(defaultValue = "0.5") @JsonPropertyDescription("α, the weight of the value loss.")
            double valueWeight,

            @JsonProperty(defaultValue = "0.0") @JsonPropertyDescription("β, the weight of the entropy.")
            double entropyWeight,

            @JsonProperty(defaultValue = "constant")
            @JsonPropertyDescription(
                    "How β changes over the run, as `optimizer.schedule` says it of the learning rate, and over as many environment steps.")
            Schedule entropySchedule,

            @JsonProperty(defaultValue = "0.5")
            @JsonPropertyDescription("The gradient's global norm is clipped to this; 0 turns clipping off.")
            double maxGradientNorm,

            @JsonProperty(defaultValue = "0")
            @JsonPropertyDescription(
                    "During the run's first so many environment steps the critic learns alone: what the policy depends on stays as it is, with `network.kind: shared` all but the value head. Normalised observations go on being normalised anew. For a run that begins with `--init`, whose critic knows no more than the log. Not of `a3c`.")
            long criticWarmupSteps,

            @JsonProperty(defaultValue = "10")
            @JsonPropertyDescription(
                    "A shard's (or worker's) gradient that is not finite is dropped and counted; with more than so many the run fails.")
            int maxDroppedGradients)
            implements Serializable {
        public Learning {
            Require.atLeast(1, "rollout-length", rolloutLength);
            Require.within(0, 1, "gamma", gamma);
            Require.within(0, 1, "gae-lambda", gaeLambda);
            Require.notNegative("value-weight", valueWeight);
            Require.notNegative("entropy-weight", entropyWeight);
            Require.notNegative("max-gradient-norm", maxGradientNorm);
            Require.atLeast(0, "critic-warmup-steps", criticWarmupSteps);
            Require.atLeast(0, "max-dropped-gradients", maxDroppedGradients);
        }

        /** Whether a step that is taken after so many environment steps leaves the policy as it is. */
        public boolean warmsUp(long envSteps) {
            return envSteps < criticWarmupSteps;
        }

        /**
         * The loss's.
         *
         * @param progress see {@link Configuration#progress}
         */
        public ActorCriticLoss.Weights weights(double progress) {
            return new ActorCriticLoss.Weights(1, valueWeight, entropyWeight * entropySchedule.factor(progress));
        }
    }

    /** Keys that several sections share: a record whose keys stand in the file among those of the section that holds it. */
    @Target(ElementType.RECORD_COMPONENT)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Inline {
        /** What this section has by default where it differs, as {@code key: value}. */
        String[] defaults() default {};
    }

    /** See {@link Configuration#normalize()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Normalize(
            @JsonProperty(defaultValue = "false")
            @JsonPropertyDescription(
                    "Whether each number that is observed is brought to mean 0 and deviation 1, and clipped to ±10. Images of whole bytes are left as they are.")
            boolean observations,

            @JsonProperty(defaultValue = "false")
            @JsonPropertyDescription(
                    "Whether rewards are divided by the deviation of the discounted return so far, and clipped to ±10. What is reported is the return as the environment gives it.")
            boolean rewards)
            implements Serializable {

        /** What a run begins with, which has seen nothing yet. */
        public Normalizer first(EnvironmentSpec environment) {
            boolean bytes = environment.observationSpace().dtype() == Space.Dtype.UINT8;
            return Normalizer.first(
                    observations && !bytes ? environment.observationSpace().size() : 0, rewards);
        }
    }

    /** See {@link Configuration#a2c()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record A2c(
            @JsonProperty(defaultValue = "2")
            @JsonPropertyDescription(
                    "N, how many shards of environments there are. Part of the result; executors are not.")
            int shards,

            @Inline Learning learning,

            @JsonProperty(defaultValue = "gae")
            @JsonPropertyDescription("The advantage estimator: `gae`, `k-step` or `one-step`.")
            AdvantageEstimator advantage,

            @JsonProperty(defaultValue = "5") @JsonPropertyDescription("k of `k-step`.")
            int advantageSteps,

            @JsonProperty(defaultValue = "false")
            @JsonPropertyDescription(
                    "Whether advantages are brought to mean 0 and deviation 1, over the whole batch of all shards.")
            boolean normalizeAdvantages)
            implements Serializable {
        public A2c {
            Require.atLeast(1, "shards", shards);
            Require.that(
                    learning.gaeLambda() == 1.0 || advantage == AdvantageEstimator.GAE,
                    "gae-lambda",
                    learning.gaeLambda(),
                    "no λ where advantage is not gae");
            Require.atLeast(1, "advantage-steps", advantageSteps);
        }

        /** Whether what advantages are normalised by is known only after several shards have acted. */
        public boolean normalizesAcrossShards() {
            return normalizeAdvantages && shards > 1;
        }
    }

    /** See {@link Configuration#a3c()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record A3c(
            @JsonProperty(defaultValue = "4")
            @JsonSerialize(using = WorkerCount.Writer.class)
            @JsonDeserialize(using = WorkerCount.Reader.class)
            @JsonPropertyDescription(
                    "N, how many workers there are, each with `environment.copies-per-shard` environments; `auto`: as many as there are slots.")
            int workers,

            @Inline Learning learning,

            @JsonProperty(defaultValue = "1")
            @JsonPropertyDescription("How many gradient steps a worker takes on each rollout before it pushes.")
            int localSteps,

            @JsonProperty(defaultValue = "average")
            @JsonPropertyDescription(
                    "How a push changes the global θ: `average` (θ + Δ/N), `sum` (θ + Δ), `elastic` (EASGD) or `gradients` (the server takes the step, with shared statistics).")
            Merging merge,

            @JsonProperty(defaultValue = "0")
            @JsonPropertyDescription(
                    "A push that is staler (more of the others' updates since its pull) is refused, and the worker goes on from the fresh θ; 0: never.")
            int maxStaleness,

            @JsonProperty(defaultValue = "none")
            @JsonPropertyDescription(
                    "What is done about staleness: `none`, `v-trace` (the worker pulls again after its rollout and corrects for the policy that acted) or `damping` (a push counts 1/(1 + staleness)).")
            Correction correction,

            @JsonProperty(defaultValue = "1.0") @JsonPropertyDescription("ρ̄ of V-trace.")
            double rhoBar,

            @JsonProperty(defaultValue = "1.0") @JsonPropertyDescription("c̄ of V-trace.")
            double cBar,

            @JsonProperty(defaultValue = "0.9")
            @JsonPropertyDescription("β of `elastic`: each side moves by β/N of the distance between them.")
            double movingRate,

            @JsonProperty(defaultValue = "false")
            @JsonPropertyDescription(
                    "Whether the workers take turns in one thread of the driver instead of running at once: slower, with the same bits each time, and going on from a checkpoint as if nothing had happened. A sweep's trials do.")
            boolean inTurn,

            @JsonProperty(defaultValue = "1")
            @JsonPropertyDescription("With fewer workers the run ends; with fewer than N it says so and goes on.")
            int minWorkers,

            @JsonProperty(defaultValue = "60")
            @JsonPropertyDescription(
                    "How long workers have to start, an answer may take, and nothing at all may be pushed, before it is said or the run ends.")
            double patienceSeconds,

            @JsonProperty(defaultValue = "0")
            @JsonPropertyDescription(
                    "For experiments: a worker acts by a θ that is so many updates old, whatever the timing.")
            int injectedDelay)
            implements Serializable {
        /** The number of workers that means: as many as there are slots. None that anybody would write. */
        public static final int AUTO_WORKERS = Integer.MIN_VALUE;

        public A3c {
            Require.that(
                    workers >= 1 || workers == AUTO_WORKERS,
                    "workers",
                    workers,
                    "a whole number of at least 1, or auto");
            Require.that(
                    learning.criticWarmupSteps() == 0,
                    "critic-warmup-steps",
                    learning.criticWarmupSteps(),
                    "0, since A3C has no rounds whose steps could be left out; a2c and ppo have");
            Require.atLeast(1, "local-steps", localSteps);
            Require.that(
                    localSteps == 1 || merge != Merging.GRADIENTS,
                    "local-steps",
                    localSteps,
                    "1 where merge is gradients, since the server takes the step");
            Require.atLeast(0, "max-staleness", maxStaleness);
            Require.positive("rho-bar", rhoBar);
            Require.positive("c-bar", cBar);
            Require.positive("moving-rate", movingRate);
            Require.atLeast(1, "min-workers", minWorkers);
            Require.positive("patience-seconds", patienceSeconds);
            Require.atLeast(0, "injected-delay", injectedDelay);
            Require.that(
                    !inTurn || workers != AUTO_WORKERS,
                    "workers",
                    "auto",
                    "a number where in-turn is true, since the result depends on it");
            Require.that(
                    !inTurn || injectedDelay == 0,
                    "injected-delay",
                    injectedDelay,
                    "0 where in-turn is true: who takes turns is as stale as there are others");
            Require.that(
                    merge != Merging.ELASTIC || injectedDelay == 0 && correction != Correction.V_TRACE,
                    "merge",
                    "elastic",
                    "another merge where injected-delay or v-trace is set, since an elastic worker does not pull");
        }

        /** {@code patience-seconds}, to wait for. */
        public Duration patience() {
            return Duration.ofNanos((long) (patienceSeconds * 1e9));
        }
    }

    /** See {@link Configuration#ppo()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Ppo(
            @JsonProperty(defaultValue = "2")
            @JsonPropertyDescription(
                    "N, how many shards of environments there are. Part of the result; executors are not.")
            int shards,

            @Inline(defaults = {"rollout-length: 128", "gae-lambda: 0.95"})
            Learning learning,

            @JsonProperty(defaultValue = "4")
            @JsonPropertyDescription("E, how many times each rollout is learned from.")
            int epochs,

            @JsonProperty(defaultValue = "4")
            @JsonPropertyDescription(
                    "M, into how many parts each shard cuts its `copies-per-shard` × `rollout-length` samples in every epoch; a minibatch is the union of all shards' parts. With `network.memory` the parts are all samples of some copies.")
            int minibatches,

            @JsonProperty(defaultValue = "0.2")
            @JsonPropertyDescription(
                    "ε: beyond 1 ± ε the ratio of the new policy's probability to that of the policy that acted earns nothing more.")
            double clip,

            @JsonProperty(defaultValue = "constant")
            @JsonPropertyDescription(
                    "How ε changes over the run, as `optimizer.schedule` says it of the learning rate, and over as many environment steps.")
            Schedule clipSchedule,

            @JsonProperty(defaultValue = "0")
            @JsonPropertyDescription(
                    "How far values may move from the acting critic's within a round before the value loss counts them as clipped; 0: any distance. In the rewards' unit.")
            double valueClip,

            @JsonProperty(defaultValue = "0")
            @JsonPropertyDescription(
                    "A round's steps end where the mean divergence of a minibatch (approximate KL) is larger than 1.5 times this; 0: never.")
            double targetKl,

            @JsonProperty(defaultValue = "true")
            @JsonPropertyDescription("Whether advantages are brought to mean 0 and deviation 1 over each minibatch.")
            boolean normalizeAdvantages,

            @JsonProperty(defaultValue = "gradients")
            @JsonPropertyDescription(
                    "What the shards average: `gradients`, of every minibatch, as one process with all samples would (epochs × minibatches + 1 Spark jobs a round), or `parameters`, after each shard has learned alone (one job).")
            Averaging average)
            implements Serializable {
        public Ppo {
            Require.atLeast(1, "shards", shards);
            Require.atLeast(1, "epochs", epochs);
            Require.atLeast(1, "minibatches", minibatches);
            Require.positive("clip", clip);
            Require.notNegative("value-clip", valueClip);
            Require.notNegative("target-kl", targetKl);
        }
    }

    /** See {@link Configuration#pretrain()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Pretrain(
            @JsonProperty(defaultValue = "cloning")
            @JsonPropertyDescription(
                    "`cloning`: every action is as good as another; `advantage-weighted`: those count more after which more came than the critic expected (Peng et al. 2019).")
            Method method,

            @JsonProperty(defaultValue = "10") @JsonPropertyDescription("How often each row is learned from, at most.")
            int epochs,

            @JsonProperty(defaultValue = "64")
            @JsonPropertyDescription(
                    "Rows in a minibatch, of all workers together: each has its share of them, rounded up, so that what comes out hardly depends on how many there are.")
            int batchSize,

            @JsonProperty(defaultValue = "1.0e-3")
            @JsonPropertyDescription(
                    "The learning rate, of Adam, for one worker; N of them, each with a share of the minibatch, take √N times as much (Malladi et al. 2022).")
            double learningRate,

            @JsonProperty(defaultValue = "0.1")
            @JsonPropertyDescription(
                    "The share of the episodes that are not learned from and decide which epoch was best; 0: none, and the last epoch counts.")
            double heldOut,

            @JsonProperty(defaultValue = "3")
            @JsonPropertyDescription(
                    "It ends after so many epochs in a row that were no better on the episodes held out.")
            int patience,

            @JsonProperty(defaultValue = "monte-carlo")
            @JsonPropertyDescription(
                    "What the critic learns: `monte-carlo`, the discounted return that came; `td-lambda`, the λ-return by the critic itself, anew in every epoch. What came after an episode's last row, where it was cut, is the critic's guess with both.")
            Critic critic,

            @JsonProperty(defaultValue = "0.95") @JsonPropertyDescription("λ of `td-lambda`.")
            double lambda,

            @JsonProperty(defaultValue = "0.5")
            @JsonPropertyDescription(
                    "The weight of the critic's squared error, in units of the variance of what it learns.")
            double valueWeight,

            @JsonProperty(defaultValue = "1.0")
            @JsonPropertyDescription(
                    "Of `advantage-weighted`: an action counts exp(A/temperature), A brought to mean 0 and deviation 1 over all rows.")
            double temperature,

            @JsonProperty(defaultValue = "20.0")
            @JsonPropertyDescription("Of `advantage-weighted`: none counts more than that.")
            double maxWeight,

            @JsonProperty(defaultValue = "2")
            @JsonPropertyDescription(
                    "N, how many workers learn beside each other, from the same parameters. Part of the result; executors are not.")
            int workers,

            @JsonProperty(defaultValue = "16")
            @JsonPropertyDescription("After how many minibatches the workers' parameters are averaged.")
            int averagingFrequency)
            implements Serializable {
        public Pretrain {
            Require.atLeast(1, "epochs", epochs);
            Require.atLeast(1, "batch-size", batchSize);
            Require.positive("learning-rate", learningRate);
            Require.that(heldOut >= 0 && heldOut < 1, "held-out", heldOut, "a number from 0 to below 1");
            Require.atLeast(1, "patience", patience);
            Require.within(0, 1, "lambda", lambda);
            Require.notNegative("value-weight", valueWeight);
            Require.positive("temperature", temperature);
            Require.positive("max-weight", maxWeight);
            Require.atLeast(1, "workers", workers);
            Require.atLeast(1, "averaging-frequency", averagingFrequency);
            Require.that(
                    workers <= batchSize,
                    "workers",
                    workers,
                    "at most pretrain.batch-size, which is " + batchSize + ", since each has a share of its rows");
        }

        /** Rows in a minibatch of one worker. */
        public int batchPerWorker() {
            return (batchSize + workers - 1) / workers;
        }

        /**
         * By Adam's square root scaling rule (Malladi et al. 2022, "On the SDEs and Scaling Rules for Adaptive Gradient Algorithms"): a gradient of an N-th of the rows has √N
         * times the noise, which Adam divides its step by, and the average of N such steps has the noise of one again.
         */
        public double learningRatePerWorker() {
            return learningRate * Math.sqrt(workers);
        }

        /** How much an action counts. */
        public enum Method {
            /** As much as any other. */
            @JsonProperty("cloning")
            CLONING,
            /** More where it was better than expected. */
            @JsonProperty("advantage-weighted")
            ADVANTAGE_WEIGHTED
        }

        /** What the critic learns. */
        public enum Critic {
            /** What came. */
            @JsonProperty("monte-carlo")
            MONTE_CARLO,
            /** λ-returns. */
            @JsonProperty("td-lambda")
            TD_LAMBDA
        }
    }

    /** What PPO's shards average. */
    public enum Averaging {
        /** The gradient of every minibatch. */
        @JsonProperty("gradients")
        GRADIENTS,
        /** What each has learned by itself from a rollout. */
        @JsonProperty("parameters")
        PARAMETERS
    }

    /** What is done about staleness. */
    public enum Correction {
        /** Nothing. */
        @JsonProperty("none")
        NONE,
        /** The worker takes its gradient at the fresh θ, weighted by V-trace (Espeholt et al. 2018). */
        @JsonProperty("v-trace")
        V_TRACE,
        /** The server divides a stale push by 1 + its staleness. */
        @JsonProperty("damping")
        DAMPING
    }

    /** See {@link Configuration#optimizer()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Optimizer(
            @JsonProperty(defaultValue = "rmsprop")
            @JsonPropertyDescription(
                    "`rmsprop` (as PyTorch's: ε outside the root, from 0), `rmsprop-tf` (as TensorFlow 1's: ε inside the root, from 1), `adam` or `sgd`.")
            OptimizerKind kind,

            @JsonProperty(defaultValue = "7.0e-4") @JsonPropertyDescription("The learning rate at the start.")
            double learningRate,

            @JsonProperty(defaultValue = "constant")
            @JsonPropertyDescription(
                    "How the learning rate changes until `schedule-env-steps`: `constant`; `linear`, in a straight line down to 0; `cosine`, down to 0 along half a wave; or points between which it runs straight, as in `[[0, 1], [0.5, 0.1], [1, 0]]`: which share has passed, and what the rate is multiplied by.")
            Schedule schedule,

            @JsonPropertyDescription(
                    "The environment steps at which schedules end, this one and those of `entropy-schedule` and `clip-schedule`; empty: `budget.env-steps`. A run that is resumed with another budget keeps its own.")
            Long scheduleEnvSteps,

            @JsonProperty(defaultValue = "0.99") @JsonPropertyDescription("The decay of RMSProp's mean square.")
            double rmspropDecay,

            @JsonProperty(defaultValue = "0.9") @JsonPropertyDescription("β₁ of Adam.")
            double adamBeta1,

            @JsonProperty(defaultValue = "0.999") @JsonPropertyDescription("β₂ of Adam.")
            double adamBeta2,

            @JsonProperty(defaultValue = "1.0e-5") @JsonPropertyDescription("ε of RMSProp and Adam.")
            double epsilon)
            implements Serializable {
        public Optimizer {
            Require.positive("learning-rate", learningRate);
            if (scheduleEnvSteps != null) {
                Require.atLeast(1, "schedule-env-steps", scheduleEnvSteps);
            }
            Require.belowOne("rmsprop-decay", rmspropDecay);
            Require.belowOne("adam-beta1", adamBeta1);
            Require.belowOne("adam-beta2", adamBeta2);
            Require.positive("epsilon", epsilon);
        }

        /** The same with {@code schedule-env-steps}. */
        public Optimizer withSchedule(long envSteps) {
            return new Optimizer(kind, learningRate, schedule, envSteps, rmspropDecay, adamBeta1, adamBeta2, epsilon);
        }

        /** The formula that it describes. */
        public UpdateRule rule() {
            return switch (kind) {
                case RMSPROP -> new UpdateRule.RmsProp(rmspropDecay, epsilon, false);
                case RMSPROP_TF -> new UpdateRule.RmsProp(rmspropDecay, epsilon, true);
                case ADAM -> new UpdateRule.Adam(adamBeta1, adamBeta2, epsilon);
                case SGD -> new UpdateRule.Sgd();
            };
        }
    }

    /** See {@link Configuration#budget()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Budget(
            @JsonProperty(defaultValue = "500000")
            @JsonPropertyDescription(
                    "Environment steps, all copies together; the run ends with the round that reaches them.")
            long envSteps,

            @JsonPropertyDescription("Ends the run at the first evaluation whose mean return reaches it; empty: never.")
            Double targetReturn,

            @JsonProperty(defaultValue = "0")
            @JsonPropertyDescription(
                    "Ends the run after so many seconds; 0: never. The one stop that depends on the machine's speed.")
            double wallClockSeconds)
            implements Serializable {
        public Budget {
            Require.atLeast(1, "env-steps", envSteps);
            Require.that(
                    targetReturn == null || Double.isFinite(targetReturn), "target-return", targetReturn, "a number");
            Require.notNegative("wall-clock-seconds", wallClockSeconds);
        }
    }

    /** See {@link Configuration#evaluation()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Evaluation(
            @JsonProperty(defaultValue = "10000")
            @JsonPropertyDescription(
                    "An evaluation takes place at the first round end at or after each multiple of so many environment steps; 0: never.")
            long everyEnvSteps,

            @JsonProperty(defaultValue = "20") @JsonPropertyDescription("Episodes an evaluation.")
            int episodes,

            @JsonProperty(defaultValue = "true")
            @JsonPropertyDescription("Whether the likeliest action is taken; otherwise actions are sampled.")
            boolean greedy,

            @JsonProperty(defaultValue = "true")
            @JsonPropertyDescription(
                    "Whether as many episodes are also played the other way, sampled where `greedy` is true: they decide nothing, and show how much the likeliest action hides of the policy.")
            boolean compare,

            @JsonProperty(defaultValue = "{}")
            @JsonPropertyDescription(
                    "Options of the environment that evaluations have instead of the run's, by name: rewards as they are, whole games instead of lives.")
            SortedMap<String, Object> options,

            @JsonPropertyDescription(
                    "The wrappers that evaluations have instead of the run's; empty: the run's; `[]`: none.")
            List<Object> wrappers)
            implements Serializable {
        public Evaluation {
            Require.atLeast(0, "every-env-steps", everyEnvSteps);
            Require.atLeast(1, "episodes", episodes);
            options = Environment.normalized(options);
            wrappers = wrappers == null ? null : List.copyOf(wrappers);
            if (wrappers != null) {
                wrappers.forEach(Environment::wrapper);
            }
        }
    }

    /** See {@link Configuration#checkpoint()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Checkpoint(
            @JsonProperty(defaultValue = "50")
            @JsonPropertyDescription("`last` is written every so many rounds, and at the end; 0: not by rounds.")
            int everyRounds,

            @JsonProperty(defaultValue = "30")
            @JsonPropertyDescription(
                    "`last` is also written after a session's first round, and then where so many seconds have passed since it was; 0: not.")
            double everySeconds)
            implements Serializable {
        public Checkpoint {
            Require.atLeast(0, "every-rounds", everyRounds);
            Require.notNegative("every-seconds", everySeconds);
        }
    }

    /** See {@link Configuration#cluster()}. */
    @JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
    public record Cluster(
            @JsonProperty(defaultValue = "0")
            @JsonPropertyDescription(
                    "Shards live in the executors' caches, and their lineage is cut every so many rounds. 1: they travel with every task and back, but where `ppo` averages gradients. 0: 1 for small shards, else 16; 16 where `ppo` averages gradients. At most 100: Spark follows the rounds since the last cut recursively, and its stack overflows after some 220.")
            int cutEveryRounds,

            @JsonProperty(defaultValue = "0")
            @JsonPropertyDescription("The UDP port of A3C's parameter server at the driver; 0: any free one.")
            int parameterServerPort,

            @JsonProperty(defaultValue = "0")
            @JsonPropertyDescription(
                    "The first UDP port for answers to A3C's workers, one for each executor of a host; `spark.port.maxRetries` more are tried. 0: any free one.")
            int workerPort)
            implements Serializable {
        public Cluster {
            Require.that(
                    cutEveryRounds >= 0 && cutEveryRounds <= 100,
                    "cut-every-rounds",
                    cutEveryRounds,
                    "a whole number from 0 to 100");
            requirePort("parameter-server-port", parameterServerPort);
            requirePort("worker-port", workerPort);
        }

        private static void requirePort(String key, int port) {
            Require.that(port >= 0 && port <= 65_535, key, port, "a port from 0 to 65535");
        }
    }
}
