#!/usr/bin/env bash
# conf/compare-searches.sh [REPETITIONS]
#
# Whether ASHA and TPE find better points than random search with the same computing: CartPole's A2C with 20,000 steps a trial, three keys; the others as the preset had them
# when this was first measured. Each repetition
# (default: 20) has a sweep's seed of its own and lets each search choose one point, which trains again with ten seeds that had no part in choosing it: its
# score is their interquartile mean. Random search and TPE train 27 points to their ends, ASHA as many as come to about the same number of environment
# steps: what each has used is printed. Those called 3 have three seeds a point, and a third of the points. Sweeps go to runs/compare-searches; those that are there already are gone on with.
# SPARRING_MASTER (default: local[2]) is where they run. An hour; docs/sweeps.md has the figures.
set -euo pipefail

repetitions=${1:-20}
[[ $# -le 1 && $repetitions =~ ^[1-9][0-9]*$ ]] || { echo "compare-searches.sh: expected REPETITIONS, as in conf/compare-searches.sh 20" >&2; exit 2; }
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$home/runs/compare-searches
mkdir -p "$folder"

declare -A search=(
  [random]='{sampler: random, trials: 27}'
  [tpe]='{sampler: tpe, trials: 27}'
  [asha]='{sampler: random, scheduler: {kind: asha, eta: 3, first-rung-rounds: 4}, trials: 102}'
  [asha3]='{sampler: random, scheduler: {kind: asha, eta: 3, first-rung-rounds: 4}, trials: 87}'
  [random3]='{sampler: random, trials: 27}'
)
names="random tpe asha asha3 random3"

# searched NAME SEED: the confirmed score, and the environment steps of the search.
searched() {
  local run=$folder/$1-$2 result
  if [ -e "$run/sweep.yaml" ]; then
    result=$("$home/submit/sparring" --master "${SPARRING_MASTER:-local[2]}" sweep --resume "$run" --json | tail -n 1)
  else
    { sed -E 's/^\{(.*)\}$/\1/; s/, (scheduler|trials)/\n\1/g' <<< "${search[$1]}"; cat << END
seed: $2
base: $home/conf/cartpole-a2c.yaml
overrides: {budget.env-steps: 20000, budget.target-return: null, evaluation.every-env-steps: 0, environment.copies-per-shard: 8,
  a2c.rollout-length: 32, a2c.gae-lambda: 0.95, a2c.value-weight: 0.5, optimizer.adam-beta2: 0.999, optimizer.epsilon: 1.0e-3}
space:
  optimizer.learning-rate: {log-uniform: [1.0e-4, 1.0e-1]}
  a2c.gamma: {choice: [0.95, 0.98, 0.99]}
  a2c.entropy-weight: {log-uniform: [1.0e-4, 1.0e-1]}
$([[ $1 != *3 ]] || echo "  seed: {grid: [0, 1, 2]}")
confirm: {points: 1, seeds: 10}
END
    } > "$run.yaml"
    result=$("$home/submit/sparring" --master "${SPARRING_MASTER:-local[2]}" sweep "$run.yaml" --run "$run" --json | tail -n 1)
  fi
  echo "$(sed -E 's/.*"best_score":(-?[0-9.eE+-]+).*/\1/' <<< "$result") $(awk -F, 'NR > 1 { steps += $6 } END { print steps }' "$run/trials.csv")"
}

rows=
for ((seed = 0; seed < repetitions; seed++)); do
  row=$seed
  for name in $names; do
    # One by one, for Bash to notice one that fails.
    one=$(searched "$name" "$seed")
    row+=" $one"
  done
  echo "repetition $row" >&2
  rows+=$row$'\n'
done

# Means, and of the differences to random search in the same repetition the interval of 95 in 100 means of as many drawn from these with replacement, by
# a generator of its own (Park and Miller's), so that each awk draws the same.
printf %s "$rows" | awk -v searches="$names" '
  function drawn(below) { state = state * 16807 % 2147483647; return 1 + int(state / 2147483647 * below) }
  function mean(column,    i, sum) { for (i = 1; i <= NR; i++) sum += seen[column, i]; return sum / NR }
  { for (column = 2; column <= NF; column++) seen[column, NR] = $column }
  END {
    state = 1
    count = split(searches, names, " ")
    for (search = 1; search <= count; search++) {
      score = 2 * search
      printf "%-7s %.1f on test seeds, after %.0f steps of search", names[search], mean(score), mean(score + 1)
      if (search > 1) {
        for (draw = 1; draw <= 2000; draw++) {
          sum = 0
          for (i = 1; i <= NR; i++) { j = drawn(NR); sum += seen[score, j] - seen[2, j] }
          value = sum / NR
          for (i = draw - 1; i >= 1 && means[i] > value; i--) means[i + 1] = means[i]
          means[i + 1] = value
        }
        printf "; %+.1f [%+.1f, %+.1f] against random search", mean(score) - mean(2), means[50], means[1951]
      }
      printf "\n"
    }
  }'
