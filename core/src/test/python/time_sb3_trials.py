"""Times 64 random trials of Stable-Baselines3's A2C on CartPole-v1, by Optuna with joblib's processes or by Ray Tune, for `sparring sweep` to be compared with.

    python time_sb3_trials.py optuna|ray [TRIALS] [STEPS]        (pip install stable-baselines3 optuna joblib 'ray[tune]')

Trials have 8 environments, rollouts of 5 steps, two hidden layers of 64 (tanh) of their own for policy and value, RMSProp, and a learning rate and a γ that
are drawn; PyTorch computes with one thread, and as many trials run at once as there are processors. Prints the seconds of the clock, Python's own start and
imports left out, and the trials an hour. conf/experiments/sweep-64.yaml is the sweep.
"""

import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", CUDA_VISIBLE_DEVICES="")

import torch
from stable_baselines3 import A2C
from stable_baselines3.common.env_util import make_vec_env

kind = sys.argv[1]
trials = int(sys.argv[2]) if len(sys.argv) > 2 else 64
steps = int(sys.argv[3]) if len(sys.argv) > 3 else 20_000
processors = os.cpu_count()


def trained(learning_rate, gamma, seed):
    torch.set_num_threads(1)
    environments = make_vec_env("CartPole-v1", n_envs=8, seed=seed)
    model = A2C("MlpPolicy", environments, learning_rate=learning_rate, gamma=gamma, n_steps=5, seed=seed, device="cpu")
    model.learn(steps)
    returns = [episode["r"] for episode in model.ep_info_buffer]
    environments.close()
    return sum(returns) / max(1, len(returns))


def by_optuna():
    import joblib
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))

    def draw():
        trial = study.ask()
        return trial, trial.suggest_float("learning_rate", 1e-4, 1e-1, log=True), trial.suggest_categorical("gamma", [0.95, 0.98, 0.99])

    asked = [draw() for _ in range(trials)]
    scores = joblib.Parallel(n_jobs=processors)(joblib.delayed(trained)(rate, gamma, 0) for _, rate, gamma in asked)
    for (trial, _, _), score in zip(asked, scores):
        study.tell(trial, score)
    return study.best_value


def by_ray():
    import ray
    from ray import tune

    ray.init(num_cpus=processors, include_dashboard=False, log_to_driver=False)

    def trial(point):
        return {"score": trained(point["learning_rate"], point["gamma"], 0)}

    space = {"learning_rate": tune.loguniform(1e-4, 1e-1), "gamma": tune.choice([0.95, 0.98, 0.99])}
    tuner = tune.Tuner(
        trial,
        param_space=space,
        tune_config=tune.TuneConfig(metric="score", mode="max", num_samples=trials, reuse_actors=True),
        run_config=tune.RunConfig(verbose=0) if hasattr(tune, "RunConfig") else None,
    )
    return tuner.fit().get_best_result().metrics["score"]


start = time.perf_counter()
best = {"optuna": by_optuna, "ray": by_ray}[kind]()
seconds = time.perf_counter() - start
print(f"{kind}: {trials} trials of {steps} steps in {seconds:.1f} s, {3600 * trials / seconds:.0f} an hour; best {best:.1f}")
