package io.sparring.parameterserver;

/**
 * A push that reached the server, once.
 *
 * @param worker who pushed
 * @param attempt which life of this worker
 * @param sequence which of this attempt's requests
 * @param outcome what became of it
 * @param version of the parameters afterwards
 * @param staleness versions between the pull and this push
 * @param envSteps environment steps that the worker took for it; they count whatever became of the push
 * @param report what the worker said about it
 */
public record Update(
        int worker,
        long attempt,
        long sequence,
        Outcome outcome,
        long version,
        long staleness,
        int envSteps,
        byte[] report) {}
