"""Records interquartile means by rliable and importances by Optuna, for InterquartileMeanTest and ImportanceTest.

    pip install optuna==5.0.0 rliable==1.2.0
    python core/src/test/python/record_sweep_statistics.py

Writes core/src/test/resources/io/sparring/tuning/interquartile-means.json and importances.json. rliable's intervals are of 20,000
resamples; its own draws are others than Sparring's. Importances are those of PED-ANOVA, which Optuna 5 has by default, as shares.
"""

import json
import pathlib

import numpy as np
import optuna
import rliable.library
import rliable.metrics
from optuna.trial import TrialState, create_trial
from record_tpe import CONDITIONAL, MIXED, WIDE, distribution, point

optuna.logging.set_verbosity(optuna.logging.ERROR)
TO = pathlib.Path(__file__).parents[1] / "resources" / "io" / "sparring" / "tuning"
rng = np.random.default_rng(20261130)
np.random.seed(20261130)


def interquartile_mean(scores):
    means, intervals = rliable.library.get_interval_estimates(
        {"all": scores}, lambda drawn: np.array([rliable.metrics.aggregate_iqm(drawn)]), reps=20_000)
    # rliable has runs in rows; Sparring has tasks there.
    return {"scores": scores.T.tolist(), "mean": means["all"][0], "low": intervals["all"][0, 0], "high": intervals["all"][1, 0]}


def importance(space, trials, score):
    study = optuna.create_study(direction="maximize")
    for _ in range(trials):
        values = point(space)
        study.add_trial(create_trial(
            state=TrialState.COMPLETE, value=score(values), params=values,
            distributions={key: distribution(space[key]) for key in values}))
    return {
        "space": space,
        "points": [trial.params for trial in study.trials],
        "scores": [trial.value for trial in study.trials],
        "importance": optuna.importance.get_param_importances(study),
    }


def mixed(values):
    return (-abs(np.log10(values["environment.options.log"]) + 2) - (values["environment.options.choice"] == "b")
            - 0.05 * values["environment.options.whole"] + rng.normal(0, 0.1))


def conditional(values):
    kind = values["environment.options.kind"]
    return (kind == "gru") - abs(values.get("environment.options.gain", 0) - 1.5) - abs(values.get("environment.options.bias", 1))


def tied(values):
    return float(round(values["environment.options.linear"]))


means = [
    interquartile_mean(rng.normal(100, 20, (10, 1))),
    interquartile_mean(rng.exponential(3, (5, 1))),
    interquartile_mean(np.where(rng.random((20, 1)) < 0.2, -500.0, rng.normal(250, 10, (20, 1)))),
    interquartile_mean(rng.normal(0, 1, (5, 4)) + np.arange(4)),
]
importances = [
    importance(MIXED, 300, mixed),
    importance(MIXED, 25, mixed),
    importance(MIXED, 100, tied),
    importance(CONDITIONAL, 200, conditional),
    importance(WIDE, 120, lambda values: values["environment.options.wide"] / 1e5 + rng.normal(0, 0.2)),
]
note = "Recorded by core/src/test/python/record_sweep_statistics.py with "
for name, versions, cases in (
    ("interquartile-means", "rliable 1.2.0", means),
    ("importances", f"Optuna {optuna.__version__}", importances),
):
    (TO / f"{name}.json").write_text(json.dumps({"note": f"{note}{versions}.", "cases": cases}) + "\n")
