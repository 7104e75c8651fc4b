"""Plays episodes of ale-py's environment one by one, each in a fresh one, for VectorEnvironmentTest to compare: copies of a block have to be the same.

    python play_atari.py GAME OPTIONS FILE

OPTIONS are AtariVectorEnv's arguments as JSON. FILE has a line an episode: its seed and its actions, as a JSON list. Prints a line an observation: the
sum of its pixels, each times its index (modulo 2^31), the reward, and the two ends.
"""

import json
import sys

import numpy as np
from ale_py.vector_env import AtariVectorEnv


def show(observation, reward, terminated, truncated):
    flat = observation.reshape(-1).astype(np.int64)
    total = int((flat * np.arange(1, flat.size + 1)).sum() % 2**31)
    print(json.dumps([total, float(reward), bool(terminated), bool(truncated)]))


for line in open(sys.argv[3]):
    seed, actions = json.loads(line)
    environment = AtariVectorEnv(sys.argv[1], 1, num_threads=1, **json.loads(sys.argv[2]))
    observed, _ = environment.reset(seed=np.array([seed]))
    show(observed[0], 0, False, False)
    for action in actions:
        observed, rewards, terminated, truncated, _ = environment.step(np.array([action], np.int32))
        show(observed[0], rewards[0], terminated[0], truncated[0])
    environment.close()
