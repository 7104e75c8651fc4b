package io.sparring.algorithm;

import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import io.sparring.environment.Step;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/** Environments as sensors and accountants see them: far from 0, in units of their own, with rewards of another size; or with one that fails. */
final class Sensors {
    private Sensors() {}

    /**
     * The same environment; its numbers x become 50,000 i + 10,000 x, i counted from 1 in each observation, and rewards {@code rewards}
     * times as large.
     */
    static EnvironmentSource of(EnvironmentSource real, double rewards) {
        int size = real.spec().observationSpace().size();
        return around(real, () -> step -> {
            for (float[] observations : new float[][] {step.observations, step.finalObservations}) {
                for (int i = 0; i < observations.length; i++) {
                    observations[i] = 50_000f * (i % size + 1) + 10_000f * observations[i];
                }
            }
            for (int copy = 0; copy < step.rewards.length; copy++) {
                step.rewards[copy] *= rewards;
            }
        });
    }

    /** The same environment; the first number that is observed is this one after so many resets and steps. */
    static EnvironmentSource failing(EnvironmentSource real, int after, float number) {
        return around(real, () -> {
            int[] seen = new int[1];
            return step -> {
                if (++seen[0] > after) {
                    step.observations[0] = number;
                }
            };
        });
    }

    private interface Sensor {
        /** What is done to what each reset and each step shows, in an environment that is made. */
        Consumer<Step> made();
    }

    private static EnvironmentSource around(EnvironmentSource real, Sensor sensor) {
        return new EnvironmentSource(real.spec(), (spec, copies) -> {
            Environment environment = real.create(copies);
            Consumer<Step> look = sensor.made();
            return (Environment) Proxy.newProxyInstance(
                    Environment.class.getClassLoader(),
                    new Class<?>[] {Environment.class},
                    (proxy, method, arguments) -> {
                        Object result;
                        try {
                            result = method.invoke(environment, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                        if (arguments != null && arguments.length == 2 && arguments[1] instanceof Step step) {
                            look.accept(step);
                        }
                        return result;
                    });
        });
    }
}
