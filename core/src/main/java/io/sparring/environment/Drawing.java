package io.sparring.environment;

import java.util.function.IntFunction;

/** How an environment looks, for people; nothing is learned from it, and drawing changes nothing. */
public interface Drawing {
    /** Gymnasium's where an environment says nothing else. */
    double FRAMES_PER_SECOND = 30;

    /**
     * What the last step or reset of a copy has led to: where that step has ended the episode, its end and not the start of the next one.
     *
     * @throws CannotDraw if it turns out now that nothing can be drawn here
     */
    Frame frame(int copy);

    /** How many steps a second look natural. */
    double framesPerSecond();

    /** One that is drawn by a function of the copy. */
    static Drawing of(double framesPerSecond, IntFunction<Frame> frames) {
        return new Drawing() {
            @Override
            public Frame frame(int copy) {
                return frames.apply(copy);
            }

            @Override
            public double framesPerSecond() {
                return framesPerSecond;
            }
        };
    }
}
