package io.sparring.format;

/**
 * Which versions of a format this build reads.
 *
 * @param oldest the first that is still read, 1 or later
 * @param newest the one that is written
 */
public record Versions(int oldest, int newest) {
    public Versions {
        if (oldest < 1 || newest < oldest) {
            throw new IllegalArgumentException("versions " + oldest + " to " + newest);
        }
    }

    /**
     * @throws Unreadable.TooNew if a later build wrote it
     * @throws Unreadable.TooOld if it is not read any more
     * @throws Unreadable.Damaged if there never was such a version
     */
    public void require(int version) throws Unreadable {
        if (version < 1) {
            throw new Unreadable.Damaged("there is no format of version " + version);
        }
        String mismatch = "its format is version " + version + ", and this build reads "
                + (oldest == newest ? "version " + newest : "versions " + oldest + " to " + newest);
        if (version > newest) {
            throw new Unreadable.TooNew(mismatch + ": a newer build wrote it");
        }
        if (version < oldest) {
            throw new Unreadable.TooOld(mismatch + ": an older build has to read it");
        }
    }
}
