package io.sparring.random;

/** What a stream of random numbers is for. The order is part of every run's result: append, never insert. */
public enum Purpose {
    /** The first parameters of the network. */
    PARAMETERS,
    /** Everything an environment draws while training. */
    ENVIRONMENT,
    /** The actions sampled while training. */
    ACTION,
    /** Everything an environment draws while being evaluated. */
    EVALUATION_ENVIRONMENT,
    /** The actions sampled while being evaluated. */
    EVALUATION_ACTION,
    /** How a shard cuts its samples into minibatches, in place of the environment the epoch counted from the run's start. */
    MINIBATCHES,
    /** The settings that a sweep tries, in place of the shard the candidate. */
    SAMPLER,
    /** Whom a candidate of a sweep takes over from, in place of the environment the generation. */
    SCHEDULER,
    /** What a bootstrap draws again. */
    BOOTSTRAP,
    /** Which logged episodes are held out, in place of the shard the episode. */
    HELD_OUT
}
