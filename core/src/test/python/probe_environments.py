"""Environments that do what environments should not, for the tests of the bridge: Probe-v0 is told what, and at which step."""

import ctypes
import os
import random
import subprocess
import time

import gymnasium
import numpy as np


class Probe(gymnasium.Env):
    """Observes a random number and the step. `once` names a file: who finds none makes it and misbehaves, who finds it does not."""

    action_space = gymnasium.spaces.Discrete(3)
    observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (2,), np.float32)

    metadata = {"render_modes": ["rgb_array"], "render_fps": 10}

    def __init__(self, mode="plain", at=5, once="", grandchild=False, render_mode=None):
        self.mode = mode
        self.render_mode = render_mode
        if mode == "text-only":
            self.metadata = {"render_modes": ["ansi"]}
        self.at = at
        self.once = once
        if mode == "actions":
            self.action_space = gymnasium.spaces.Sequence(gymnasium.spaces.Discrete(2))
        if mode in ("several", "masked"):
            self.action_space = gymnasium.spaces.MultiDiscrete([2, 3])
        if mode == "bits":
            self.action_space = gymnasium.spaces.MultiBinary(3)
        if mode == "parts":
            text = gymnasium.spaces.Text(4)
            self.observation_space = gymnasium.spaces.Dict(
                {"z": gymnasium.spaces.Discrete(3, start=1), "a": self.observation_space, "words": text}
            )
        if mode == "cameras":
            camera = gymnasium.spaces.Box(0, 255, (2, 3), np.uint8)
            top = gymnasium.spaces.Box(0, 255, (2,), np.uint8)
            self.observation_space = gymnasium.spaces.Dict(
                {"camera": camera, "flags": gymnasium.spaces.MultiBinary(2), "speed": self.observation_space, "top": top}
            )
        if mode == "observations":
            self.observation_space = gymnasium.spaces.Text(4)
        if grandchild:
            self.child = subprocess.Popen(["sleep", "1000"])

    def observe(self):
        first = random.random() if self.mode == "random" else self.np_random.random()
        numbers = np.array([first, self.steps], np.float32)
        if self.mode == "cameras":
            camera = np.arange(6, dtype=np.uint8).reshape(2, 3) + np.uint8(9 * self.steps)
            flags = np.array([self.steps % 2, 1], np.int8)
            return {"top": np.array([255, self.steps], np.uint8), "speed": numbers, "flags": flags, "camera": camera}
        return {"z": 1 + self.steps % 3, "a": numbers, "words": "any"} if self.mode == "parts" else numbers

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.steps = 0
        return self.observe(), self.info()

    def info(self):
        """The first choice alternates, of the second everything goes but the last; where "at" says so, nothing."""
        if self.mode != "masked":
            return {}
        if self.steps == self.at:
            return {"action_mask": (np.zeros(2, np.int8), np.zeros(3, np.int8))}
        return {"action_mask": (np.array([self.steps % 2, 1 - self.steps % 2], np.int8), np.array([1, 1, 0], np.int8))}

    def close(self):
        """Saves something, which takes its time; `once` names where to."""
        if self.mode == "slow-close":
            time.sleep(1)
            open(self.once, "w").close()

    def render(self):
        """Two rows of three pixels, whose blue is the step."""
        if self.mode == "no-display":
            raise RuntimeError("no display\nto be had")
        if self.mode == "shape":
            return np.zeros((2, 3), np.uint8)
        return np.tile(np.array([200, 100, self.steps], np.uint8), (2, 3, 1))

    def misbehaves(self):
        if self.steps != self.at:
            return False
        if not self.once:
            return True
        try:
            os.close(os.open(self.once, os.O_CREAT | os.O_EXCL))
            return True
        except FileExistsError:
            return False

    def step(self, action):
        self.steps += 1
        print("a line that has nothing to do with frames")
        if self.misbehaves():
            if self.mode == "hang":
                ctypes.PyDLL(None).sleep(1000)  # holds the lock of the interpreter
            if self.mode == "kill":
                os.kill(os.getpid(), 9)
            if self.mode == "raise":
                raise ValueError("nothing more to see")
            if self.mode == "garbage":
                for fd in range(3, 16):
                    try:
                        os.write(fd, b"no frame at all" * 100)
                    except OSError:
                        pass
            if self.mode == "close-pipes":
                os.closerange(0, 1024)
                time.sleep(1000)
            if self.mode == "nan-observation":
                return np.array([np.nan, 0], np.float32), 0.0, False, False, {}
            if self.mode == "nan-reward":
                return self.observe(), float("nan"), False, False, {}
            if self.mode == "shape":
                return np.zeros(3, np.float32), 0.0, False, False, {}
        return self.observe(), float(np.sum(action)), self.steps >= 20, False, self.info()


class Unseen(Probe):
    """Takes no render_mode."""

    def __init__(self):
        super().__init__()


class Images(gymnasium.Env):
    """Stacks of images that cost nothing but to be carried."""

    action_space = gymnasium.spaces.Discrete(6)
    observation_space = gymnasium.spaces.Box(0, 255, (4, 84, 84), np.uint8)

    def __init__(self):
        self.images = list(np.random.default_rng(0).integers(0, 256, (2, 4, 84, 84), np.uint8))

    def observe(self):
        self.images.reverse()
        return self.images[0]

    def reset(self, *, seed=None, options=None):
        return self.observe(), {}

    def step(self, action):
        return self.observe(), 0.0, False, False, {}


gymnasium.register("Probe-v0", Probe, max_episode_steps=30)
gymnasium.register("Images-v0", Images)
gymnasium.register("Unseen-v1", Unseen)
gymnasium.register("Unseen-v2", Unseen)
gymnasium.register("Unseen-v10", Unseen)
