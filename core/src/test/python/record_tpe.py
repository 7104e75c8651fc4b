"""Records the densities of Optuna's TPE for given histories, for TpeGoldenTest.

    pip install optuna==5.0.0
    python core/src/test/python/record_tpe.py

Writes core/src/test/resources/io/sparring/tuning/tpe.json: for each history and each group of keys that are there together the
good trials, and at some points the logarithms of both densities, of which TPE looks at the ratio. Which of several equal values
is between others and which is at their edge, numpy leaves open; here it is by number, as in Sparring.
"""

import json
import pathlib

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import TPESampler
from optuna.samplers._tpe import sampler as tpe
from optuna.trial import TrialState, create_trial

optuna.logging.set_verbosity(optuna.logging.ERROR)
TO = pathlib.Path(__file__).parents[1] / "resources" / "io" / "sparring" / "tuning" / "tpe.json"
STATES = {TrialState.COMPLETE: "FINISHED", TrialState.PRUNED: "STOPPED", TrialState.RUNNING: "RUNNING"}
rng = np.random.default_rng(20261129)

MIXED = {
    "environment.options.log": {"log-uniform": [1e-4, 1e-1]},
    "environment.options.linear": {"uniform": [-2.0, 3.5]},
    "environment.options.whole": {"int-uniform": [1, 9]},
    "environment.options.steps": {"q-uniform": [0.1, 1.05, 0.2]},
    "environment.options.choice": {"choice": ["a", "b", "c"]},
}
CONDITIONAL = {
    "environment.options.kind": {"choice": ["none", "lstm", "gru"]},
    "environment.options.rate": {"log-uniform": [1e-5, 1.0]},
    "environment.options.size": {"q-uniform": [16, 128, 16], "when": {"environment.options.kind": ["lstm", "gru"]}},
    "environment.options.gain": {"uniform": [0.0, 2.0], "when": {"environment.options.kind": ["lstm", "gru"]}},
    "environment.options.bias": {"uniform": [-1.0, 1.0], "when": {"environment.options.kind": "gru"}},
}
WIDE = {"environment.options.wide": {"int-uniform": [0, 100000]}, "environment.options.x": {"uniform": [0.0, 1.0]}}


def distribution(entry):
    kind, given = next((kind, given) for kind, given in entry.items() if kind != "when")
    if kind == "choice":
        return CategoricalDistribution(given)
    if kind == "int-uniform":
        return IntDistribution(*given)
    if kind == "q-uniform":
        whole = all(isinstance(number, int) for number in given)
        return (IntDistribution if whole else FloatDistribution)(given[0], given[1], step=given[2])
    return FloatDistribution(*given, log=kind == "log-uniform")


def drawn(d):
    if isinstance(d, CategoricalDistribution):
        return d.choices[rng.integers(len(d.choices))]
    if isinstance(d, IntDistribution):
        return int(d.low + d.step * rng.integers((d.high - d.low) // d.step + 1))
    if d.step is not None:
        return round(d.low + d.step * int(rng.integers(round((d.high - d.low) / d.step) + 1)), 10)
    if d.log:
        return float(np.exp(rng.uniform(np.log(d.low), np.log(d.high))))
    return float(rng.uniform(d.low, d.high))


def present(space, values, key):
    when = space[key].get("when", {})
    return all(other in values and values[other] in (allowed if isinstance(allowed, list) else [allowed])
               for other, allowed in when.items())


def point(space):
    values = {}
    for key, entry in space.items():
        if present(space, values, key):
            values[key] = drawn(distribution(entry))
    return values


def case(space, finished, stopped, running):
    study = optuna.create_study(direction="maximize")
    states = [TrialState.COMPLETE] * finished + [TrialState.PRUNED] * stopped + [TrialState.RUNNING] * running
    states = [states[i] for i in rng.permutation(len(states))]
    history = []
    for state in states:
        values = point(space)
        # Few scores and rounds, so that there are ties.
        score = None if state == TrialState.RUNNING else round(float(rng.normal()), 1)
        came_to = 90 if state == TrialState.COMPLETE else int(rng.choice([10, 30]))
        study.add_trial(create_trial(
            state=state,
            value=score if state == TrialState.COMPLETE else None,
            params=values,
            distributions={key: distribution(space[key]) for key in values},
            intermediate_values={} if score is None else {came_to: score},
        ))
        history.append({"values": values, "score": score, "round": came_to, "state": STATES[state]})
    sampler = TPESampler(multivariate=True, group=True, constant_liar=True, seed=0)
    good, bad = tpe._split_trials(study, study.trials, tpe.default_gamma(finished + stopped))
    conditions = {}
    for key, entry in space.items():
        conditions.setdefault(json.dumps(entry.get("when")), []).append(key)
    groups = []
    for keys in conditions.values():
        subspace = {key: distribution(space[key]) for key in keys}
        at = []
        while len(at) < 12:
            values = point(space)
            if all(key in values for key in keys):
                at.append({key: values[key] for key in keys})
        internal = {key: np.array([subspace[key].to_internal_repr(one[key]) for one in at]) for key in keys}
        densities = [sampler._build_parzen_estimator(study, subspace, trials, handle_below=below).log_pdf(internal).tolist()
                     for trials, below in ((good, True), (bad, False))]
        groups.append({"at": at, "good": densities[0], "bad": densities[1]})
    return {"space": space, "history": history, "groups": groups}


if __name__ == "__main__":
    argsort = np.argsort
    np.argsort = lambda a, **options: argsort(a, **{**options, "kind": "stable"})
    cases = [
        case(MIXED, 9, 1, 0),
        case(MIXED, 10, 2, 3),
        case(MIXED, 40, 12, 8),
        case(MIXED, 3, 90, 20),
        case(MIXED, 300, 100, 10),
        case(CONDITIONAL, 30, 25, 5),
        case(CONDITIONAL, 10, 0, 0),
        case(WIDE, 60, 0, 4),
    ]
    note = f"Recorded by core/src/test/python/record_tpe.py with Optuna {optuna.__version__}."
    TO.parent.mkdir(parents=True, exist_ok=True)
    TO.write_text(json.dumps({"note": note, "cases": cases}) + "\n")
