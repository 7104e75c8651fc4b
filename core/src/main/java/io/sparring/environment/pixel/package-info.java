/**
 * Four small pixel games with the rules of MinAtar (Young and Tian 2019, "MinAtar: An Atari-Inspired Testbed for Thorough and Reproducible
 * Reinforcement Learning Experiments", arXiv:1903.03176): what an Atari game asks of a learner, at a thousandth of its cost.
 *
 * <pre>
 *   MinBreakout-v0        a ball, a paddle, three rows of bricks
 *   MinSpaceInvaders-v0   a formation to be shot before it lands, which shoots back
 *   MinFreeway-v0         a road to cross, again and again
 *   MinAsterix-v0         treasures to collect and enemies to avoid
 * </pre>
 *
 * <p>They are not made from MinAtar's code, but from a description of what its package does when it is played. The tests replay recordings of it pixel by
 * pixel, and compare returns and lengths of thousands of random episodes. What is drawn comes from Sparring's generators.
 */
package io.sparring.environment.pixel;
