"""Records what Gymnasium's other classic control tasks do, for ClassicControlTaskTest to replay.

    pip install gymnasium==1.4.0
    python core/src/test/python/record_classic_control.py core/src/test/resources/golden

Run by hand when one of the tasks itself changes, never by the build; the same versions write the same files again, on the same
kind of CPU at least: numpy's sine and cosine may round otherwise on another.

One line is one transition: the number of the episode, the state in float64 and the steps that the episode had already taken; then
the action and what came of it, the observation in float32. Lines of one episode that follow each other are steps that did; most
episodes are one step, from a state that none may ever have reached. The decimals are the shortest that read back as the same number.
"""

import pathlib
import sys

import gymnasium
import numpy as np


# Of both mountain cars: at and before the wall, at the bounds of the speed, at the flag, on the far end, and past the flag going back.
EDGES = ((-1.2, 0.0), (-1.19, -0.05), (-1.2, -0.07), (0.1, -0.07), (0.45, 0.07), (0.6, 0.07), (0.55, -0.01))


class Recorder:
    def __init__(self, folder, id, file, state, observation, dtype=np.float64):
        """dtype: what the task keeps its state in after the first step of an episode"""
        self.dtype = dtype
        self.out = open(pathlib.Path(folder) / file, "w")
        self.env = gymnasium.make(id)
        assert type(self.env).__name__ == "TimeLimit", "the elapsed steps are read from the outermost wrapper"
        self.limit = self.env.spec.max_episode_steps
        self.episodes = 0
        columns = ["episode", *state, "elapsed_steps", "action", *(f"next_{name}" for name in observation)]
        print(f"# gymnasium {gymnasium.__version__}, {id}, written by record_classic_control.py", file=self.out)
        print(",".join(columns + ["reward", "terminated", "truncated"]), file=self.out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.out.close()

    def state(self):
        return [float(value) for value in self.env.unwrapped.state]

    def step(self, action):
        """Takes and writes one step; answers whether the episode goes on."""
        before = [str(self.episodes), *map(repr, self.state()), str(self.env._elapsed_steps)]
        if isinstance(self.env.action_space, gymnasium.spaces.Box):
            action = np.float32(action)
            observation, reward, terminated, truncated, _ = self.env.step(np.array([action]))
        else:
            observation, reward, terminated, truncated, _ = self.env.step(action)
        assert observation.dtype == np.float32
        after = [str(value) for value in observation] + [repr(float(reward)), str(int(terminated)), str(int(truncated))]
        print(",".join(before + [str(action)] + after), file=self.out)
        return not (terminated or truncated)

    def episode(self, seed, policy, elapsed_steps=0, at_most=1_000):
        self.episodes += 1
        self.env.reset(seed=seed)
        if elapsed_steps > 0:
            self.pretend(self.state(), elapsed_steps)
        for _ in range(at_most):
            if not self.step(policy(self.state())):
                break

    def single_step(self, state, elapsed_steps, action):
        """One step from a state that no episode may ever have reached."""
        self.episodes += 1
        self.env.reset(seed=0)
        self.pretend(state, elapsed_steps)
        self.step(action)

    def pretend(self, state, elapsed_steps):
        self.env.unwrapped.state = np.array(state, dtype=self.dtype)
        self.env._elapsed_steps = elapsed_steps


def acrobot(folder, random):
    state = ["theta1", "theta2", "theta1_dot", "theta2_dot"]
    observation = ["cos_theta1", "sin_theta1", "cos_theta2", "sin_theta2", "theta1_dot", "theta2_dot"]
    with Recorder(folder, "Acrobot-v1", "acrobot.csv", state, observation) as record:
        # Pushing along with the second link swings up; random torques don't.
        for seed in (0, 1):
            record.episode(seed, lambda state: 0 if state[3] < 0 else 2)
        record.episode(2, lambda _: int(random.integers(3)), elapsed_steps=record.limit - 60)
        # Anywhere, up to the speeds where the velocities are bounded and the angles wrapped.
        scale = np.array([np.pi, np.pi, 4 * np.pi, 9 * np.pi])
        for spread in (0.3, 1.0):
            for _ in range(60):
                elapsed_steps = record.limit - 1 - int(random.integers(4))
                record.single_step(random.uniform(-spread, spread, 4) * scale, elapsed_steps, int(random.integers(3)))


def mountain_car(folder, random):
    names = ["position", "velocity"]
    with Recorder(folder, "MountainCar-v0", "mountain-car.csv", names, names) as record:
        for seed in (0, 1):
            record.episode(seed, lambda state: 0 if state[1] < 0 else 2)
        # Always to the left, from near the wall: into it and out again.
        record.episode(2, lambda state: 0 if state[1] <= 0 else 2, elapsed_steps=record.limit - 100)
        record.episode(3, lambda _: int(random.integers(3)), elapsed_steps=record.limit - 60)
        for _ in range(100):
            state = [random.uniform(-1.2, 0.6), random.uniform(-0.07, 0.07)]
            record.single_step(state, record.limit - 1 - int(random.integers(4)), int(random.integers(3)))
        for elapsed_steps in (record.limit - 2, record.limit - 1):
            for position, velocity in EDGES:
                for action in (0, 1, 2):
                    record.single_step([position, velocity], elapsed_steps, action)


def mountain_car_continuous(folder, random):
    names = ["position", "velocity"]
    with Recorder(
        folder, "MountainCarContinuous-v0", "mountain-car-continuous.csv", names, names, np.float32
    ) as record:
        for seed in (0, 1):
            record.episode(seed, lambda state: -0.9 if state[1] < 0 else 1.0)
        record.episode(2, lambda state: -3.0 if state[1] < 0 else 1.5, elapsed_steps=record.limit - 130)
        record.episode(3, lambda _: random.normal(), elapsed_steps=record.limit - 60)
        # A first step is computed in float64, all the others in float32.
        for seed in range(100, 140):
            record.episode(seed, lambda _: random.normal(), at_most=2)
        for _ in range(100):
            state = [random.uniform(-1.2, 0.6), random.uniform(-0.07, 0.07)]
            elapsed_steps = record.limit - 1 - int(random.integers(4))
            record.single_step(state, elapsed_steps, random.normal())
        # From rest, the last bits of the push are not lost in the speed: those of a bounded action differ from those of +-1.
        for action in 20 * (-2.0, -1.0, 1.0, 2.0):
            record.single_step([random.uniform(-1.2, 0.4), 0.0], 1, action)
        for elapsed_steps in (record.limit - 2, record.limit - 1):
            for position, velocity in EDGES:
                for action in (-2.0, -1.0, 0.3, 1.0, 1.1):
                    record.single_step([position, velocity], elapsed_steps, action)


def pendulum(folder, random):
    observation = ["cos_theta", "sin_theta", "theta_dot"]
    with Recorder(folder, "Pendulum-v1", "pendulum.csv", ["theta", "theta_dot"], observation) as record:
        # Pushing along with the pendulum makes it turn, so that the angle leaves the first turn and the speed meets its bound.
        record.episode(0, lambda state: -2.0 if state[1] < 0 else 2.0)
        record.episode(1, lambda _: random.normal(scale=2.0), elapsed_steps=record.limit - 100)
        for _ in range(100):
            state = [random.uniform(-10, 10), random.uniform(-8, 8)]
            record.single_step(state, record.limit - 1 - int(random.integers(4)), random.normal(scale=2.0))
        for theta in (-3 * np.pi, -np.pi, 0.0, np.pi, 3 * np.pi):
            for theta_dot in (-8.0, 0.0, 8.0):
                for action in (-3.0, -2.0, 0.0, 2.0, 3.0):
                    record.single_step([theta, theta_dot], record.limit - 2, action)


def main():
    folder = sys.argv[1]
    random = np.random.default_rng(20240229)
    for record in (acrobot, mountain_car, mountain_car_continuous, pendulum):
        record(folder, random)


if __name__ == "__main__":
    main()
