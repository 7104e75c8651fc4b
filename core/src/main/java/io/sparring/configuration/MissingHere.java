package io.sparring.configuration;

/** A configuration that cannot be run on this machine, which lacks a program or a package; another one may have it. */
public final class MissingHere extends InvalidConfiguration {
    private static final long serialVersionUID = 1L;

    public MissingHere(String message) {
        super(message);
    }
}
