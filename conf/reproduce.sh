#!/usr/bin/env bash
# conf/reproduce.sh PRESET SEEDS [train's options]
#
# What a preset reaches: trains conf/PRESET.yaml with the seeds 0 … SEEDS-1 into runs/reproduce/PRESET-SEED, plays 100 fresh episodes by each run's last
# parameters, greedily and sampled, and says what came of it, seed by seed and over all. Where the preset evaluates while it trains, it says the same of the
# best parameters too, chosen by those evaluations and never by the 100 episodes. A run that is there already is gone on with, so that what was
# interrupted can be called again. Presets were tuned on seeds from 100 on. SPARRING_MASTER (default: local[2]) is where it runs.
#
#   conf/reproduce.sh acrobot-a2c 5
set -euo pipefail

[[ $# -ge 2 && $2 =~ ^[1-9][0-9]*$ ]] || { echo "reproduce.sh: expected PRESET SEEDS, as in conf/reproduce.sh acrobot-a2c 5" >&2; exit 2; }
home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=$1 seeds=$2
shift 2
[ -f "$home/conf/$preset.yaml" ] || { echo "reproduce.sh: $home/conf/$preset.yaml: no such preset" >&2; exit 2; }

sparring() { "$home/submit/sparring" --master "${SPARRING_MASTER:-local[2]}" "$@" --json | tail -n 1; }
# number KEY JSON
number() { sed -E "s/.*\"$1\":(-?[0-9.eE+-]+).*/\1/" <<< "$2"; }
# played RUN last|best: its mean return greedily and sampled. One by one, for Bash to notice one that fails.
played() {
  local greedy sampled
  greedy=$(sparring evaluate "$1" --checkpoint "$2" --episodes 100 --greedy) || return
  sampled=$(sparring evaluate "$1" --checkpoint "$2" --episodes 100 --sample) || return
  echo "$(number mean_return "$greedy") $(number mean_return "$sampled")"
}

# Columns of numbers to the interquartile mean of each: a quarter, rounded down, left out at either end. The interval is that of 95 in 100 means of as many
# numbers drawn from these with replacement (Agarwal et al. 2021), by a generator of its own (Park and Miller's), so that each awk draws the same.
summary='
  function iqm(numbers, count,    i, j, x, cut, sum) {
    for (i = 2; i <= count; i++) {
      x = numbers[i]
      for (j = i - 1; j >= 1 && numbers[j] > x; j--) numbers[j + 1] = numbers[j]
      numbers[j + 1] = x
    }
    cut = int(count / 4)
    for (i = cut + 1; i <= count - cut; i++) sum += numbers[i]
    return sum / (count - 2 * cut)
  }
  function drawn(below) { state = state * 16807 % 2147483647; return 1 + int(state / 2147483647 * below) }
  { columns = NF; for (column = 1; column <= columns; column++) seen[column, NR] = $column }
  END {
    state = 1
    split("greedy,sampled,steps,seconds,best greedy,best sampled", names, ",")
    for (column = 1; column <= columns; column++) {
      for (draw = 1; draw <= 2000; draw++) {
        for (i = 1; i <= NR; i++) sample[i] = seen[column, drawn(NR)]
        means[draw] = iqm(sample, NR)
      }
      iqm(means, 2000)
      for (i = 1; i <= NR; i++) sample[i] = seen[column, i]
      mean = iqm(sample, NR)
      printf "%-12s %.1f [%.1f, %.1f], from %.1f to %.1f\n", names[column], mean, means[50], means[1951], sample[1], sample[NR]
    }
  }'

results=
for ((seed = 0; seed < seeds; seed++)); do
  run=$home/runs/reproduce/$preset-$seed
  if [ -e "$run/checkpoints/last" ]; then
    trained=$(sparring train --resume "$run" "$@")
  else
    trained=$(sparring train "$home/conf/$preset.yaml" --seed "$seed" --run "$run" "$@")
  fi
  last=$(played "$run" last)
  row="$last $(number env_steps "$trained") $(number seconds "$trained")"
  best= said='seed %d: greedy %.1f, sampled %.1f, %d steps in %.1f s'
  if [ -e "$run/checkpoints/best" ]; then
    best=$(played "$run" best)
    said+='; best greedy %.1f, sampled %.1f'
  fi
  row+=${best:+ $best}
  results+=$row$'\n'
  # shellcheck disable=SC2059,SC2086 # the format is one of two, the row four words or six
  printf "$said\n" "$seed" $row
done
echo "$preset, interquartile mean of the seeds 0 to $((seeds - 1)) [95 % of the bootstrap]:"
awk "$summary" <<< "${results%$'\n'}"
