"""Records how gymnasium and Stable-Baselines3 normalise a stream of observations and rewards, for NormalizerTest.

    pip install gymnasium==1.4.0 numpy      (recorded with Python 3.11)
    python core/src/test/python/record_normalizers.py

Writes core/src/test/resources/io/sparring/network/normalizers.json: rollouts of several copies, and after each of them the statistics of
gymnasium's RunningMeanStd (the same formula as Stable-Baselines3's), once as it is ("begun": it begins with a ten-thousandth of an observation
of mean 0 and variance 1) and once from nothing ("plain"), as Sparring's. What a rollout is normalised to is what VecNormalize
(stable_baselines3/common/vec_env/vec_normalize.py) makes of it with the plain statistics from before that rollout, frozen ("training = False"),
since Sparring's rounds take what they have seen into account from the next round on; of the first rollout, with those that it begins with. Returns are discounted as there: G <- gamma G + r, counted,
and then forgotten where an episode ended; gymnasium's own wrapper forgets it before the last reward of an episode that terminated.

Numbers of observations are of very different sizes, as sensors' are, and exact in 32 bits.
"""

import json
import pathlib

import numpy as np
from gymnasium.wrappers.utils import RunningMeanStd

FILE = pathlib.Path(__file__).parents[1] / "resources" / "io" / "sparring" / "network" / "normalizers.json"
GAMMA, EPSILON, CLIP = 0.9, 1e-8, 10.0
COPIES, STEPS, ROLLOUTS = 3, 7, 6
SCALES = np.array([1.0, 1e4, 1e-3, 0.0])
OFFSETS = np.array([0.0, 5e4, -2.0, 7.0])


class Statistics:
    def __init__(self, epsilon):
        self.observations = RunningMeanStd(epsilon, shape=SCALES.shape)
        self.returns = RunningMeanStd(epsilon, shape=())

    def update(self, observations, returns):
        for step in range(STEPS):
            self.observations.update(observations[step])
            self.returns.update(returns[step])

    def normalized(self, observations, rewards):
        def clip(values):
            return np.clip(values, -CLIP, CLIP)

        return {
            "observations": clip(
                (observations - self.observations.mean) / np.sqrt(self.observations.var + EPSILON)
            ).ravel().tolist(),
            "rewards": clip(rewards / np.sqrt(self.returns.var + EPSILON)).ravel().tolist(),
        }

    def after(self):
        return {
            "means": self.observations.mean.tolist(),
            "variances": self.observations.var.tolist(),
            "return_variance": float(self.returns.var),
        }


def main():
    random = np.random.default_rng(1)
    begun, plain = Statistics(1e-4), Statistics(0.0)
    returns = np.zeros(COPIES)
    rollouts = []
    for _ in range(ROLLOUTS):
        # A few far out, so that something is clipped.
        noise = random.standard_normal((STEPS, COPIES, len(SCALES))) * np.where(random.random((STEPS, COPIES, 1)) < 0.05, 30, 1)
        observations = (OFFSETS + SCALES * noise).astype(np.float32).astype(np.float64)
        rewards = np.round(random.standard_normal((STEPS, COPIES)) * 100) / 4
        ended = random.random((STEPS, COPIES)) < 0.2
        discounted = np.zeros((STEPS, COPIES))
        for step in range(STEPS):
            returns = GAMMA * returns + rewards[step]
            discounted[step] = returns
            returns[ended[step]] = 0
        normalized = (plain if rollouts else begun).normalized(observations, rewards)
        begun.update(observations, discounted)
        plain.update(observations, discounted)
        rollouts.append(
            {
                "observations": observations.ravel().tolist(),
                "rewards": rewards.ravel().tolist(),
                "ended": ended.ravel().tolist(),
                "normalized": normalized,
                "begun": begun.after(),
                "plain": plain.after(),
            }
        )
    golden = {"gamma": GAMMA, "copies": COPIES, "size": len(SCALES), "rollouts": rollouts}
    FILE.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
