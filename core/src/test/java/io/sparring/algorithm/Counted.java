package io.sparring.algorithm;

import io.sparring.configuration.Configuration;
import io.sparring.environment.Environment;
import io.sparring.environment.EnvironmentSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/** A source of environments, registered nowhere, that counts those that are open. */
final class Counted {
    final AtomicInteger made = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();

    EnvironmentSource source(Configuration configuration) {
        EnvironmentSource real = configuration.environment().resolve();
        return new EnvironmentSource(real.spec(), (spec, copies) -> counted(real.create(copies)));
    }

    private Environment counted(Environment environment) {
        made.incrementAndGet();
        open.incrementAndGet();
        return (Environment) Proxy.newProxyInstance(
                Environment.class.getClassLoader(), new Class<?>[] {Environment.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        open.decrementAndGet();
                    }
                    try {
                        return method.invoke(environment, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
