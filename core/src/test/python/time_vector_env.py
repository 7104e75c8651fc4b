"""Steps a vector environment of Gymnasium's own with random actions, for BridgeBenchmark to compare with.

    python time_vector_env.py ID COPIES SECONDS [sync|ale]

Prints steps (of one copy each) in a second. `sync` is SyncVectorEnv, `ale` ale-py's AtariVectorEnv with one thread.
"""

import sys
import time

import gymnasium

name, copies, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
if len(sys.argv) > 4 and sys.argv[4] == "ale":
    import ale_py

    gymnasium.register_envs(ale_py)
    environment = gymnasium.make_vec(name, copies, vectorization_mode="vector_entry_point", num_threads=1)
else:
    if name.startswith("ALE/"):
        import ale_py

        gymnasium.register_envs(ale_py)
    environment = gymnasium.vector.SyncVectorEnv([lambda: gymnasium.make(name) for _ in range(copies)])
environment.reset(seed=0)
environment.action_space.seed(0)
actions = [environment.action_space.sample() for _ in range(64)]


def run(duration):
    start = time.perf_counter()
    steps = 0
    while time.perf_counter() - start < duration:
        for action in actions:
            environment.step(action)
        steps += len(actions) * copies
    return steps / (time.perf_counter() - start)


run(seconds / 4)
print(run(seconds))
