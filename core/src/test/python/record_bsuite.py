"""Records what three of bsuite's environments do, for ProbesTest to replay.

    pip install bsuite==0.3.6
    python core/src/test/python/record_bsuite.py core/src/test/resources/golden

Run by hand when one of the probes itself changes, never by the build.

One line is one step: the settings of the environment, the number of the episode, the action, and what came of it. An episode's first line has no
action: it is the reset. Of an observation stands what is not 0, as index:value, with the indices row by row.
"""

import pathlib
import sys

import numpy as np
from bsuite.environments import catch, deep_sea, memory_chain


class Recorder:
    def __init__(self, folder, file, name, settings):
        self.out = open(pathlib.Path(folder) / file, "w")
        self.episodes = 0
        print(f"# bsuite 0.3.6, {name}, written by record_bsuite.py", file=self.out)
        print(",".join([*settings, "episode", "action", "reward", "terminated", "observation"]), file=self.out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.out.close()

    def line(self, settings, action, step):
        flat = step.observation.astype(np.float32).ravel()
        shown = " ".join(f"{i}:{flat[i]}" for i in np.flatnonzero(flat))
        reward = "" if step.first() else repr(float(step.reward))
        print(*settings, self.episodes, action, reward, int(step.last()), shown, sep=",", file=self.out)

    def episode(self, env, settings, policy):
        self.episodes += 1
        step = env.reset()
        self.line(settings, "", step)
        while not step.last():
            action = policy(env)
            step = env.step(action)
            self.line(settings, action, step)


def record_catch(folder, random):
    with Recorder(folder, "catch.csv", "environments/catch.py", ["rows", "columns"]) as record:
        for rows, columns in ((10, 5), (4, 1), (6, 8)):
            env = catch.Catch(rows=rows, columns=columns, seed=1)
            towards = lambda env: 1 + int(np.sign(env._ball_x - env._paddle_x))
            for policy in (towards, lambda _: 0, lambda _: 2, *3 * [lambda _: int(random.integers(3))]):
                record.episode(env, (rows, columns), policy)


def record_deep_sea(folder, random):
    with Recorder(folder, "deep-sea.csv", "environments/deep_sea.py", ["mapping"]) as record:
        for size in (1, 2, 5, 10):
            env = deep_sea.DeepSea(size=size, mapping_seed=42)
            mapping = "".join(str(action) for action in env._action_mapping.ravel())
            right = lambda env: int(env._action_mapping[env._row, env._column])
            mostly = lambda env: right(env) if random.random() < 0.7 else 1 - right(env)
            for policy in (right, lambda env: 1 - right(env), mostly, mostly, lambda _: int(random.integers(2))):
                record.episode(env, (mapping,), policy)


def record_memory_chain(folder, random):
    with Recorder(folder, "memory-chain.csv", "environments/memory_chain.py", ["length", "bits"]) as record:
        for length, bits in ((1, 1), (2, 1), (10, 1), (1, 3), (7, 3)):
            env = memory_chain.MemoryChain(memory_length=length, num_bits=bits, seed=1)
            for _ in range(6):
                record.episode(env, (length, bits), lambda _: int(random.integers(2)))


def main():
    folder = sys.argv[1]
    random = np.random.default_rng(20240229)
    for record in (record_catch, record_deep_sea, record_memory_chain):
        record(folder, random)


if __name__ == "__main__":
    main()
