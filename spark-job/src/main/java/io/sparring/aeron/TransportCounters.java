package io.sparring.aeron;

/**
 * What one end of the transport has seen so far.
 *
 * @param messagesIn complete messages that were accepted
 * @param messagesOut messages that were handed to Aeron completely
 * @param bytesIn of accepted messages, without frames and seals
 * @param bytesOut of sent messages, without frames and seals
 * @param forged frames whose seal does not hold: another key, another run, altered
 * @param replayed frames that were here before
 * @param oversized frames or messages above the limit
 * @param malformed frames that are too short, or sealed and yet no frame of ours
 * @param invalidDatagrams UDP datagrams that are not even Aeron's
 * @param unanswerable messages dropped because their receiver is gone
 */
public record TransportCounters(
        long messagesIn,
        long messagesOut,
        long bytesIn,
        long bytesOut,
        long forged,
        long replayed,
        long oversized,
        long malformed,
        long invalidDatagrams,
        long unanswerable) {

    /** All that was not let in. */
    public long refused() {
        return forged + replayed + oversized + malformed + invalidDatagrams;
    }
}
