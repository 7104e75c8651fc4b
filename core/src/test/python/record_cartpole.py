"""Records what Gymnasium's CartPole-v1 does, for CartPoleTest to replay.

    pip install gymnasium==1.4.0
    python core/src/test/python/record_cartpole.py > core/src/test/resources/golden/cartpole.csv

Run by hand when CartPole-v1 itself changes, never by the build; the same versions write the same file again.

One line is one transition, from any state: x, x', theta, theta' in float64 and the steps that the episode had already taken;
then the action and what came of it, the observation in float32. The decimals are the shortest that read back as the same number.
"""

import sys

import gymnasium
import numpy as np

STEPS_LIMIT = 500
X_LIMIT = 2.4
THETA_LIMIT = 12 * 2 * np.pi / 360


class Recorder:
    def __init__(self, out):
        self.out = out
        self.env = gymnasium.make("CartPole-v1")
        assert type(self.env).__name__ == "TimeLimit", "the elapsed steps are read from the outermost wrapper"
        print(f"# gymnasium {gymnasium.__version__}, {self.env.spec.id}, written by record_cartpole.py", file=out)
        print(
            "x,x_dot,theta,theta_dot,elapsed_steps,action,"
            "next_x,next_x_dot,next_theta,next_theta_dot,reward,terminated,truncated",
            file=out,
        )

    def state(self):
        return [float(value) for value in self.env.unwrapped.state]

    def step(self, action):
        """Takes and writes one step; answers whether the episode goes on."""
        before = [repr(value) for value in self.state()] + [str(self.env._elapsed_steps), str(action)]
        observation, reward, terminated, truncated, _ = self.env.step(action)
        assert observation.dtype == np.float32
        after = [str(value) for value in observation] + [repr(float(reward)), str(int(terminated)), str(int(truncated))]
        print(",".join(before + after), file=self.out)
        return not (terminated or truncated)

    def episode(self, seed, policy):
        self.env.reset(seed=seed)
        while self.step(policy(self.state())):
            pass

    def single_step(self, state, elapsed_steps, action):
        """One step from a state that no episode may ever have reached."""
        self.env.reset(seed=0)
        self.env.unwrapped.state = np.array(state, dtype=np.float64)
        self.env._elapsed_steps = elapsed_steps
        self.step(action)


def balance(goal):
    """Holds the pole up and walks the cart to x = goal: a goal beyond the edge ends the episode there."""

    def policy(state):
        x, x_dot, theta, theta_dot = state
        lean = np.clip(0.05 * (goal - x) - 0.1 * x_dot, -0.08, 0.08)
        return int(theta + 0.3 * theta_dot > lean)

    return policy


def main():
    random = np.random.default_rng(20240229)
    record = Recorder(sys.stdout)

    for seed in range(40):
        record.episode(seed, lambda _: int(random.integers(2)))
    for seed in (100, 101):
        record.episode(seed, balance(0.0))
    for seed, goal in ((200, 4.0), (201, -4.0), (202, 6.0), (203, -6.0)):
        record.episode(seed, balance(goal))

    # Fast and far, where rounding and the signs of the terms show; most of these end at once.
    scale = np.array([X_LIMIT, 3.0, THETA_LIMIT, 3.0])
    for _ in range(400):
        state = random.uniform(-1.05, 1.05, 4) * scale
        record.single_step(state, int(random.integers(STEPS_LIMIT)), int(random.integers(2)))

    # Either side of the last step, with nothing, the angle, the position or both ending the episode as well.
    for elapsed_steps in (STEPS_LIMIT - 2, STEPS_LIMIT - 1):
        for x_dot in (0.0, 5.0, -5.0):
            for theta_dot in (0.0, 5.0, -5.0):
                for action in (0, 1):
                    state = [np.sign(x_dot) * 2.39, x_dot, np.sign(theta_dot) * 0.2, theta_dot]
                    record.single_step(state, elapsed_steps, action)


if __name__ == "__main__":
    main()
