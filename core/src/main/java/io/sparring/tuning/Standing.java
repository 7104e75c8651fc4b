package io.sparring.tuning;

/** How a candidate did; the better one comes first, NaN after all numbers, of equals the smaller candidate number. */
record Standing(int candidate, double score) implements Comparable<Standing> {
    /** By its score alone. */
    boolean isBetterThan(Standing other) {
        return score > other.score || !Double.isNaN(score) && Double.isNaN(other.score);
    }

    @Override
    public int compareTo(Standing other) {
        if (isBetterThan(other)) {
            return -1;
        }
        return other.isBetterThan(this) ? 1 : Integer.compare(candidate, other.candidate);
    }
}
