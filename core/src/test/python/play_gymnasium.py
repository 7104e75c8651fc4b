"""Plays copies of an environment as Gymnasium itself does, for GymnasiumEnvironmentTest to compare: what the bridge gives has to be the same.

    python play_gymnasium.py ID FILE

FILE has a line a copy: the seeds of its episodes and its actions, as two JSON lists in one. Prints a line a step and copy: what was observed after it
(after an end: what the next episode begins with), the reward, and the two ends.
"""

import json
import sys

import gymnasium
import numpy as np

for line in open(sys.argv[2]):
    seeds, actions = json.loads(line)
    environment = gymnasium.make(sys.argv[1])
    seeds = iter(seeds)
    observation, _ = environment.reset(seed=next(seeds))
    print(json.dumps([np.asarray(observation, np.float32).tolist(), 0, False, False]))
    for action in actions:
        if isinstance(environment.action_space, gymnasium.spaces.Box):
            action = np.array(action, environment.action_space.dtype)
        observation, reward, terminated, truncated, _ = environment.step(action)
        if terminated or truncated:
            observation, _ = environment.reset(seed=next(seeds))
        print(json.dumps([np.asarray(observation, np.float32).tolist(), float(reward), bool(terminated), bool(truncated)]))
