package io.sparring.spark.session;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The machine that this is. */
public final class ThisHost {
    private ThisHost() {}

    /** Its own name, whether or not that resolves to an address. */
    public static String name() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // Java tells the name only together with its address; this message begins with it.
            return e.getMessage().replaceFirst("(?s):.*", "");
        }
    }
}
