package io.sparring.network;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** a · b + c, rounded once. */
final class Fused {
    /** Whether this JVM does it by one instruction; without, {@link Math#fma} takes a microsecond, by big decimals. */
    static final boolean HARDWARE = hardware();

    private Fused() {}

    private static boolean hardware() {
        try {
            HotSpotDiagnosticMXBean virtualMachine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            return virtualMachine == null
                    || Boolean.parseBoolean(virtualMachine.getVMOption("UseFMA").getValue());
        } catch (IllegalArgumentException unknown) {
            return true; // not HotSpot
        }
    }

    static float multiplyAdd(float a, float b, float c) {
        return HARDWARE ? Math.fma(a, b, c) : inDoubles(a, b, c);
    }

    /**
     * The same from doubles: their product is exact, and their sum, rounded to odd (Boldo and Melquiond 2008), has enough bits to be
     * rounded again to a float without harm.
     */
    static float inDoubles(float a, float b, float c) {
        double product = (double) a * b;
        double sum = product + c;
        long bits = Double.doubleToRawLongBits(sum);
        if ((bits & 1) == 0 && Double.isFinite(sum)) {
            double back = sum - product;
            double error = (product - (sum - back)) + (c - back);
            if (error != 0) {
                // The exact sum lies between sum and its neighbour on error's side; the odd one of the two is taken.
                boolean away = (error > 0) == (sum > 0);
                sum = Double.longBitsToDouble(away ? bits + 1 : bits - 1);
            }
        }
        return (float) sum;
    }
}
