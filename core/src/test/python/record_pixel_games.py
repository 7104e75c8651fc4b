"""Records what four of MinAtar's games do, for PixelGameTest to replay and to compare with.

    pip install --no-deps MinAtar==1.0.15
    pip install numpy==2.4.6 six pytz
    python core/src/test/python/record_pixel_games.py core/src/test/resources/golden

Run by hand when one of the games itself changes, never by the build; the same versions write the same files again. It takes minutes, most of
them for the statistics. MinAtar is asked for nothing but what its users see: observations, rewards and ends.

A file of a game has one line a step: action, reward, whether the episode is over, which numbers of the observation changed (three hex digits each, the
index as in row by row, column by column, channel by channel), and what was drawn at random as far as the observation tells. The line that
an episode begins with has "ramping" or "steady" for its action, and its changes are from an empty picture.

pixel-statistics.csv has a line a game and policy: the actions are drawn with these weights, stickiness and ramping are MinAtar's defaults.
"""

import copy
import logging
import pathlib
import sys

logging.disable(logging.WARNING)  # It would tell that it cannot draw pictures.
import numpy as np
from minatar import Environment

VERSION = "1.0.15"
NOOP, LEFT, UP, RIGHT, DOWN, FIRE = range(6)


class Recorder:
    def __init__(self, folder, game, seed):
        self.game = game
        self.random = np.random.RandomState(seed)
        self.out = open(pathlib.Path(folder) / f"pixel-{game.replace('_', '-')}.txt", "w")
        print(f"# MinAtar {VERSION}, {game}, written by record_pixel_games.py", file=self.out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.out.close()

    def episode(self, seed, policy, drawn, ramping=True, at_most=10_000):
        """drawn: from the observation before, the one after, the reward and the step to what was drawn; None ends the recording"""
        env = Environment(self.game, sticky_action_prob=0.0, difficulty_ramping=ramping)
        env.seed(seed)
        env.reset()
        before = np.zeros_like(env.state())
        after = env.state()
        self.write("ramping" if ramping else "steady", 0, False, before, after, drawn(before, after, 0, 0))
        for step in range(1, at_most + 1):
            before = after
            action = int(policy(env, before, self.random))
            reward, over = env.act(action)
            after = env.state()
            draws = drawn(before, after, reward, step)
            if draws is None:
                return
            self.write(action, reward, over, before, after, draws)
            if over:
                return

    def write(self, action, reward, over, before, after, draws):
        changes = "".join(f"{i:03x}" for i in np.flatnonzero(before != after))
        print(action, reward, int(over), changes or "-", draws or "-", file=self.out)


def at(picture, channel):
    return [tuple(map(int, cell)) for cell in np.argwhere(picture[:, :, channel])]


def anything(env, picture, random):
    return random.randint(6)


def nothing_drawn(before, after, reward, step):
    return ""


def mostly(policy, slip):
    return lambda env, picture, random: anything(env, picture, random) if random.rand() < slip else policy(env, picture, random)


def breakout(folder):
    def ball_drawn(before, after, reward, step):
        return str(at(after, 1)[0][1]) if step == 0 else ""

    class Follow:
        """Keeps the ball in play and sends it on to either side."""

        def __init__(self):
            self.ahead = 0

        def __call__(self, env, picture, random):
            paddle = at(picture, 0)[0][1]
            (row, column), (last_row, last_column) = at(picture, 1)[0], at(picture, 2)[0]
            if row < last_row:
                self.ahead = random.randint(2)
            direction = column - last_column or (1 if column == 0 else -1)
            target = column + self.ahead * direction
            return LEFT if target < paddle else RIGHT if target > paddle else NOOP

    with Recorder(folder, "breakout", 1) as record:
        record.episode(0, Follow(), ball_drawn, at_most=1_100)
        record.episode(1, Follow(), ball_drawn, at_most=600, ramping=False)
        for seed in range(2, 8):
            record.episode(seed, mostly(Follow(), 0.1), ball_drawn, at_most=100)
        for seed in range(8, 30):
            record.episode(seed, anything, ball_drawn)


def freeway(folder):
    def speeds_drawn(before, after, reward, step):
        """Signed by direction: the channel of a car's trail tells how many steps apart it moves, the trail lies behind it."""
        if step > 0 and reward == 0:
            return ""
        speeds = []
        for lane in range(1, 9):
            ((trail, channel),) = [(int(column), int(channel)) for column, channel in np.argwhere(after[lane, :, 2:7])]
            car = int(np.flatnonzero(after[lane, :, 1])[0])
            speeds.append(channel + 1 if (trail + 1) % 10 == car else -channel - 1)
        return ",".join(map(str, speeds))

    with Recorder(folder, "freeway", 2) as record:
        record.episode(0, mostly(lambda env, picture, random: UP, 0.1), speeds_drawn)
        record.episode(1, anything, speeds_drawn, at_most=300)
        record.episode(2, lambda env, picture, random: random.choice([UP, UP, DOWN]), speeds_drawn, at_most=300)


def asterix(folder):
    def spawn_drawn(before, after, reward, step):
        rows = lambda picture: {row: (column, channel) for channel in (1, 3) for row, column in at(picture, channel)}
        old, new = rows(before), rows(after)
        born = [row for row in new if row not in old]
        if born:
            (row,) = born
            column, channel = new[row]
            return f"{row},{1 if column < 5 else -1},{'treasure' if channel == 3 else 'enemy'}"
        # A treasure that comes in where the player stands is never seen: what was drawn is known no more.
        row, column = at(after, 0)[0] if at(after, 0) else (0, 0)
        return None if reward > 0 and row not in old else ""

    def dodge(env, picture, random):
        row, column = at(picture, 0)[0]
        enemies = {}
        for r, c in at(picture, 1):
            trail = np.flatnonzero(picture[r, :, 2])
            enemies[r] = (c, 1 if (int(trail[0]) < c if len(trail) else c == 0) else -1)
        best = None
        for action, down, right in ((NOOP, 0, 0), (LEFT, 0, -1), (UP, -1, 0), (RIGHT, 0, 1), (DOWN, 1, 0)):
            r, c = min(8, max(1, row + down)), min(9, max(0, column + right))
            value = -0.2 * abs(c - 4.5) + 0.05 * random.rand()
            for lane, weight in ((r, 1.0), (r - 1, 0.006), (r + 1, 0.006)):
                if lane in enemies:
                    distance = (c - enemies[lane][0]) * enemies[lane][1]
                    value -= weight * (1000 if distance == 0 else 500 / distance**3 if distance > 0 else 0)
            if best is None or value > best[0]:
                best = (value, action)
        return best[1]

    with Recorder(folder, "asterix", 3) as record:
        for seed in range(2):
            record.episode(seed, dodge, spawn_drawn)
        record.episode(3, dodge, spawn_drawn, ramping=False, at_most=400)
        for seed in range(4, 10):
            record.episode(seed, mostly(dodge, 0.5), spawn_drawn)
        for seed in range(24, 32):
            record.episode(seed, anything, spawn_drawn)


def space_invaders(folder):
    class LookAhead:
        """Tries on copies of the game, which has no chance in it, what comes of going to each column and shooting there or on the way."""

        def __init__(self, steps=24, shoots=True):
            self.steps = steps
            self.shoots = shoots
            self.wait = 0

        @staticmethod
        def action(cannon, column, wait, on_the_way):
            if wait == 0 and (on_the_way or cannon == column):
                return FIRE
            return LEFT if column < cannon else RIGHT if column > cannon else NOOP

        def value(self, env, column, on_the_way):
            future, wait, value = copy.deepcopy(env), self.wait, 0.0
            cannon = at(env.state(), 0)[0][1]
            for step in range(self.steps):
                action = self.action(cannon, column, wait, on_the_way)
                cannon += {LEFT: -1, RIGHT: 1}.get(action, 0)
                wait = 4 if action == FIRE else max(0, wait - 1)
                reward, over = future.act(action)
                value += 0.97**step * reward
                if over:
                    return value - 100 + step
            return value

        def __call__(self, env, picture, random):
            plans = [(column, on_the_way) for column in range(10) for on_the_way in (False, True)]
            values = [self.value(env, *plan) + 0.01 * random.rand() for plan in plans]
            column, on_the_way = plans[int(np.argmax(values))]
            action = self.action(at(picture, 0)[0][1], column, self.wait, on_the_way)
            if action == FIRE and not self.shoots:
                action = NOOP
            self.wait = 4 if action == FIRE else max(0, self.wait - 1)
            return action

    with Recorder(folder, "space_invaders", 4) as record:
        record.episode(0, LookAhead(), nothing_drawn, at_most=1_500)
        record.episode(1, LookAhead(), nothing_drawn, at_most=300, ramping=False)
        for seed in range(2, 14):
            record.episode(seed, anything, nothing_drawn)
        for seed in range(14, 16):
            # Nobody shoots: they land.
            record.episode(seed, LookAhead(shoots=False), nothing_drawn)


def statistics(folder):
    with open(pathlib.Path(folder) / "pixel-statistics.csv", "w") as out:
        print(f"# MinAtar {VERSION}, written by record_pixel_games.py", file=out)
        print("game,weights,episodes,mean_return,deviation_return,mean_length,deviation_length", file=out)
        for game, weights, episodes in (
            ("breakout", "1:1:1:1:1:1", 10_000),
            ("space_invaders", "1:1:1:1:1:1", 10_000),
            ("asterix", "1:1:1:1:1:1", 10_000),
            ("asterix", "20:1:1:1:1:0", 10_000),
            ("freeway", "1:1:1:1:1:1", 10_000),
            ("freeway", "0:0:1:0:0:0", 10_000),
        ):
            env = Environment(game)
            env.seed(7)
            random = np.random.RandomState(11)
            parts = np.array([int(part) for part in weights.split(":")])
            returns, lengths = [], []
            for _ in range(episodes):
                env.reset()
                total, length, over = 0, 0, False
                while not over:
                    if length % 1024 == 0:
                        actions = random.choice(6, size=1024, p=parts / parts.sum())
                    reward, over = env.act(int(actions[length % 1024]))
                    total += reward
                    length += 1
                returns.append(total)
                lengths.append(length)
            figures = [f(of) for of in (returns, lengths) for f in (np.mean, lambda values: np.std(values, ddof=1))]
            print(game, weights, episodes, *(f"{figure:.6f}" for figure in figures), sep=",", file=out)
            out.flush()


def main():
    folder = sys.argv[1]
    for record in (breakout, freeway, asterix, space_invaders, statistics):
        record(folder)


if __name__ == "__main__":
    main()
