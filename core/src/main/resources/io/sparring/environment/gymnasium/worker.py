"""Steps a block of Gymnasium environments for the JVM that started it. Needs Python 3.9, gymnasium and numpy, and nothing else.

Two processes. The first one, which the JVM knows, supervises: it has imported nothing that could hang, and when the JVM closes its end of
stdin (which the kernel does for a JVM that was killed) or asks it to end, it kills the group of the second one, whatever that is doing and whomever
it has started. The second one holds the environments and answers frames.

A frame is 16 bytes (magic, operation, sequence number, length; little-endian, 32 bits each) and a payload of so many bytes. Every frame gets one
answer with its sequence number; its operation is the frame's, or ERROR, and then the payload is a text. Numbers in payloads are little-endian,
arrays stand one behind the other; an observation is
its numbers in their order, bytes where its space or a dictionary's part is an array of bytes, else f32:

    make        JSON                                      -> JSON: versions, spaces, limits
    reset       u32 seed a copy                           -> observations, masks
    step        u32 first copy, u32 copies, their actions, u32 next seed a copy
                                                          -> f64 rewards, u8 flags, observations, masks, u32 number of ended ones and their last observations
    replay      u32 copies; each: u32 copy, u32 seed, u32 steps, actions    -> their observations, their masks
    reset_task  as reset                                  -> observations
    get_spaces  nothing                                   -> as make
    seed        u32 seed a copy                           -> nothing; of the action spaces, as every reset brings the environments' own
    close       nothing                                   -> nothing, and the end
    render      u32 copy                                  -> f64 frames a second, u32 width, u32 height, u8 red, green and blue a pixel, row by row
    list        JSON                                      -> JSON: versions, and what is registered here; asked in the place of make

Masks, a byte for each choice, are there where an environment gives some: as "action_mask" of its info, or by a method action_masks().
"""

import fcntl
import itertools
import os
import select
import signal
import struct
import sys
import time

MAGIC = 0x47525053
MAKE, RESET, STEP, REPLAY, RESET_TASK, GET_SPACES, SEED, CLOSE, ERROR, RENDER, LIST = range(1, 12)
LONGEST = 1 << 30
TERMINATED, TRUNCATED = 1, 2
NEVER = 1 << 62
COUNT, HERE = struct.Struct("<I"), struct.Struct("<II")


def supervise(worker):
    """Until the worker has ended or nobody listens to it any more; then nobody of its group is left."""

    def end(number=None, frame=None):
        if number is not None:
            # faulthandler writes down where it hangs.
            send(os.kill, worker, signal.SIGTERM)
            time.sleep(0.3)
        send(os.killpg, worker, signal.SIGKILL)
        if number is not None:
            os._exit(128 + number)

    def send(how, whom, what):
        try:
            how(whom, what)
        except OSError:
            pass

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    poll = select.poll()
    poll.register(0, 0)  # no event but the hang-up
    try:
        poll.register(os.pidfd_open(worker), select.POLLIN)
        patience = None
    except (AttributeError, OSError):
        patience = 200
    while True:
        hung_up = any(fd == 0 for fd, _ in poll.poll(patience))
        ended, status = os.waitpid(worker, os.WNOHANG)
        if hung_up and not ended:
            end()
            ended, status = os.waitpid(worker, 0)
        if ended:
            end()
            os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


class Refused(Exception):
    """What is the user's to mend; the message is all that he needs."""

    kind = "refused"


class NotDrawn(Refused):
    """Only who wants pictures minds."""

    kind = "not drawn"

    def __init__(self, name, why):
        where = ", MUJOCO_GL=%s" % os.environ.get("MUJOCO_GL", "") if "mujoco" in sys.modules else ""
        super().__init__("gymnasium:%s cannot be drawn: %s (for %s%s)" % (name, why, sys.executable, where))


class Missing(Refused):
    """What another machine may have."""

    kind = "missing"


def near(name, names):
    import difflib

    found = difflib.get_close_matches(name, list(names), 1)
    return " (did you mean %s?)" % found[0] if found else ""


class Observations:
    """
    A space's elements as rows of numbers: bytes where it, or a dictionary's part, is an array of bytes, else 32-bit floats, indices as one-hot. Where
    there are both, a row is the bytes of all of them.
    """

    def __init__(self, space, spaces, numpy):
        self.np = numpy
        self.spaces = spaces
        self.image = isinstance(space, spaces.Box) and space.dtype == numpy.uint8
        self.parts = []
        self.low = []
        self.high = []
        self.left_out = []
        self.add(space, ())
        self.size = sum(part[2] for part in self.parts)
        dtypes = [part[4] for part in self.parts]
        self.dtype = dtypes[0] if len(set(dtypes)) == 1 else numpy.dtype("u1")
        self.width = sum(part[2] * part[4].itemsize for part in self.parts) // self.dtype.itemsize
        # What is one array in our memory too may be copied for all copies at once.
        self.plain = space.shape if isinstance(space, spaces.Box) and space.shape else None
        self.shape = list(space.shape) if isinstance(space, spaces.Box) and space.shape else [self.size]

    def add(self, space, path):
        spaces, np = self.spaces, self.np
        if isinstance(space, spaces.Box):
            self.part("box", path, int(np.prod(space.shape, dtype=int)), space)
            self.low += space.low.reshape(-1).tolist()
            self.high += space.high.reshape(-1).tolist()
        elif isinstance(space, spaces.Discrete):
            self.part("one-hot", path, int(space.n), space)
            self.unit(int(space.n))
        elif isinstance(space, spaces.MultiDiscrete):
            self.part("one-hots", path, int(space.nvec.sum()), space)
            self.unit(int(space.nvec.sum()))
        elif isinstance(space, spaces.MultiBinary):
            self.part("box", path, int(np.prod(space.shape, dtype=int)), space)
            self.unit(int(np.prod(space.shape, dtype=int)))
        elif isinstance(space, spaces.Dict):
            for name in sorted(space.spaces):
                if self.is_text(space.spaces[name]):
                    self.left_out.append("/".join(map(str, path + (name,))))
                else:
                    self.add(space.spaces[name], path + (name,))
        elif isinstance(space, spaces.Tuple):
            for index, inner in enumerate(space.spaces):
                self.add(inner, path + (index,))
        else:
            where = "the observation's part " + "/".join(map(str, path)) if path else "observations"
            raise Refused(
                "%s of %s: expected Box, Discrete, MultiDiscrete, MultiBinary, or Dict or Tuple of these" % (where, space)
            )

    def described(self):
        """The parts of a dictionary; of what is one array none."""
        if [part[1] for part in self.parts] == [()]:
            return []
        described = []
        for kind, path, size, space, dtype in self.parts:
            shape = list(space.shape) if kind == "box" and space.shape else [size]
            name = "/".join(map(str, path))
            described.append({"name": name, "dtype": "uint8" if dtype.itemsize == 1 else "float32", "shape": shape})
        return described

    def is_text(self, space):
        """Words are nothing to learn from by numbers; minigrid's MissionSpace says so by its name alone."""
        return isinstance(space, getattr(self.spaces, "Text", ())) or type(space).__name__ == "MissionSpace"

    def part(self, kind, path, size, space):
        dtype = self.np.dtype("u1" if kind == "box" and space.dtype == self.np.uint8 else "<f4")
        self.parts.append((kind, path, size, space, dtype))

    def unit(self, count):
        self.low += [0.0] * count
        self.high += [1.0] * count

    def write_all(self, observed, rows):
        """Those of several copies, each to its row."""
        if self.plain:
            try:
                if list(map(len, observed)).count(self.plain[0]) == len(observed):
                    self.np.concatenate(observed, out=rows.reshape((-1,) + self.plain[1:]))
                    return
            except (TypeError, ValueError):
                pass  # they are no arrays, or such of another type or shape: one by one
        for copy, observation in enumerate(observed):
            try:
                self.write(observation, rows[copy])
            except Refused as e:
                e.copy = copy
                raise

    def write(self, observation, row):
        if len(self.parts) == 1 and self.parts[0][0] == "box" and not self.parts[0][1]:
            array = self.np.asarray(observation)
            if array.size != self.size:
                raise Refused("observed an array of the shape %s, and its space has %s" % (list(array.shape), self.shape))
            row[:] = array.reshape(-1)
            return
        at = 0
        for kind, path, size, space, dtype in self.parts:
            value = observation
            for step in path:
                value = value[step]
            end = at + size * dtype.itemsize // self.dtype.itemsize
            to = row[at:end].view(dtype)
            if kind == "box":
                array = self.np.asarray(value)
                if array.size != size:
                    raise Refused(
                        "observed an array of the shape %s in the part %s, and its space has %s"
                        % (list(array.shape), "/".join(map(str, path)), list(space.shape))
                    )
                to[:] = array.reshape(-1)
            else:
                to[:] = 0
                if kind == "one-hot":
                    self.one(to, 0, int(value) - int(getattr(space, "start", 0)), size, space)
                else:
                    start = 0
                    for index, choices in zip(self.np.asarray(value).reshape(-1), space.nvec.reshape(-1)):
                        self.one(to, start, int(index), int(choices), space)
                        start += int(choices)
            at = end

    def one(self, row, start, index, choices, space):
        if not 0 <= index < choices:
            raise Refused("observed the index %d, which is not in %s" % (index, space))
        row[start + index] = 1


class Worker:
    environments = ()

    def load(self, modules):
        """Imports what is needed of everybody, and what registers environments."""
        try:
            import numpy
        except ImportError as missing:
            raise Missing("%s; %s -m pip install numpy" % (missing, sys.executable))
        try:
            import gymnasium
        except ImportError as missing:
            raise Missing("%s; %s -m pip install gymnasium" % (missing, sys.executable))
        self.np = numpy
        self.gymnasium = gymnasium
        for module in modules:
            try:
                imported = __import__(module.replace("-", "_"))
                if hasattr(gymnasium, "register_envs"):
                    gymnasium.register_envs(imported)
            except ImportError as missing:
                raise Missing("%s; %s -m pip install %s" % (missing, sys.executable, module))

    def make(self, asked):
        started = time.time()
        self.asked = asked
        self.load(asked["modules"] + self.families(asked["id"]))
        np = self.np
        self.copies = sum(asked["blocks"])
        self.drawn = False
        # How copies looked at the end of their episodes, where the last step has ended them, and somebody looks at all.
        self.ends = {}
        # By copy: what does a step, and whose that is after a reset; steps of its episode, and how many of them there may be.
        self.steps = [None] * self.copies
        self.within = [None] * self.copies
        self.elapsed = np.zeros(self.copies, "i8")
        self.limits = np.full(self.copies, NEVER)
        # So many steps no copy is at its limit.
        self.spare = 0
        observation_space, action_space, spec, first = self.build()
        self.observations = Observations(observation_space, self.gymnasium.spaces, np)
        self.describe(action_space, spec, first, time.time() - started)
        self.rows = np.zeros((self.copies, self.observations.width), self.observations.dtype)
        self.finals = np.zeros_like(self.rows)
        self.masks = np.ones((self.copies, self.mask_size), "u1")
        return self.get_spaces()

    def build(self):
        """Makes all copies; their spaces, what Gymnasium says of them, and one of them."""
        self.environments = [None] * self.copies
        for copy in range(self.copies):
            self.put(copy, self.one())
        first = self.environments[0]
        return first.observation_space, first.action_space, first.spec, first

    @staticmethod
    def families(name):
        """Those whose ids are registered by an import."""
        if name.startswith("ALE/") or "NoFrameskip-v" in name:
            return ["ale_py"]
        if name.startswith(("MiniGrid-", "BabyAI-")):
            return ["minigrid"]
        if name.startswith("MinAtar/"):
            return ["minatar"]
        return []

    def one(self):
        gymnasium = self.gymnasium
        options = self.asked["options"]
        if options.get("render_mode") == "rgb_array" and sys.platform == "linux" and "DISPLAY" not in os.environ:
            os.environ.setdefault("MUJOCO_GL", "egl")  # MuJoCo itself would look for a window system
        environment = self.made(lambda name: gymnasium.make(name, disable_env_checker=True, **options))
        for wrapper in self.asked["wrappers"]:
            kind = getattr(gymnasium.wrappers, wrapper["name"], None)
            if kind is None:
                known = [w for w in dir(gymnasium.wrappers) if w[0].isupper()]
                raise Refused("there is no wrapper %s in gymnasium.wrappers%s" % (wrapper["name"], near(wrapper["name"], known)))
            try:
                environment = kind(environment, **wrapper["arguments"])
            except Exception as e:
                raise Refused("the wrapper %s: %s" % (wrapper["name"], first_line(e)))
        return environment

    def put(self, copy, environment):
        """
        Has it as that copy. Gymnasium's own two wrappers, if there are no others around them, do nothing in a step but count it and ask whether
        there was a reset: from the first one on, the loop counts for them.
        """
        wrappers, inner = self.gymnasium.wrappers, environment
        self.limits[copy] = NEVER
        if type(inner) is wrappers.TimeLimit and type(inner.env) is wrappers.OrderEnforcing:
            self.limits[copy] = inner._max_episode_steps
            inner = inner.env
        if type(inner) is wrappers.OrderEnforcing:
            inner = inner.env
        self.environments[copy] = environment
        self.steps[copy] = environment.step
        self.within[copy] = inner

    def made(self, how):
        """What comes of the id, or why nothing does."""
        gymnasium = self.gymnasium
        name = self.asked["id"]
        drawn = self.asked["options"].get("render_mode") == "rgb_array"
        try:
            return how(name)
        except gymnasium.error.UnregisteredEnv as e:
            known = gymnasium.registry if hasattr(gymnasium, "registry") else gymnasium.envs.registry
            raise Refused("there is no environment gymnasium:%s%s: %s" % (name, near(name, known), first_line(e)))
        except ModuleNotFoundError as e:
            raise Missing("gymnasium:%s: %s; %s -m pip install %s" % (name, first_line(e), sys.executable, e.name))
        except (gymnasium.error.DependencyNotInstalled, ImportError) as e:
            raise Missing("gymnasium:%s: %s (for %s)" % (name, first_line(e), sys.executable))
        except (gymnasium.error.Error, TypeError) as e:
            if drawn and "render_mode" in str(e):
                raise NotDrawn(name, "its constructor takes no render_mode")
            raise Refused("gymnasium:%s: %s" % (name, first_line(e)))
        except Exception as e:
            if drawn:
                raise NotDrawn(name, first_line(e))
            raise

    def describe(self, space, spec, first, seconds):
        spaces, np = self.gymnasium.spaces, self.np
        finite = lambda bounds: [float(bound) for bound in np.asarray(bounds, dtype=float).reshape(-1)]
        if isinstance(space, spaces.Discrete):
            start = int(getattr(space, "start", 0))
            actions = {"kind": "discrete", "n": int(space.n)}
            self.action_size = 1
            self.act = lambda rows: rows.ravel().tolist() if start == 0 else (rows[:, 0].astype("i8") + start).tolist()
        elif isinstance(space, spaces.MultiDiscrete):
            starts = np.asarray(getattr(space, "start", 0)).reshape(-1)
            actions = {"kind": "multi-discrete", "sizes": [int(size) for size in space.nvec.reshape(-1)]}
            self.action_size = len(actions["sizes"])
            self.act = lambda rows: (rows.astype(space.dtype) + starts.astype(space.dtype)).reshape((-1,) + space.shape)
        elif isinstance(space, spaces.MultiBinary):
            actions = {"kind": "multi-binary", "n": int(np.prod(space.shape, dtype=int))}
            self.action_size = actions["n"]
            self.act = lambda rows: rows.astype(space.dtype).reshape((-1,) + space.shape)
        elif isinstance(space, spaces.Box):
            actions = {"kind": "box", "low": finite(space.low), "high": finite(space.high), "shape": list(space.shape) or [1]}
            self.action_size = len(actions["low"])
            self.act = lambda rows: rows.astype(space.dtype).reshape((-1,) + space.shape)
        else:
            raise Refused("actions of %s: expected Discrete, MultiDiscrete, MultiBinary or Box" % (space,))
        # From one byte for a choice of few: what was done since the reset is part of every snapshot.
        self.action_type = np.dtype("<f4")
        self.mask_size = 0
        if actions["kind"] != "box":
            choices = actions.get("sizes", [2] if actions["kind"] == "multi-binary" else [actions.get("n")])
            self.action_type = np.dtype("u1" if max(choices) <= 1 << 8 else "<u2" if max(choices) <= 1 << 16 else "<u4")
            if first is not None and ("action_mask" in first.reset(seed=0)[1] or self.method(first) is not None):
                self.mask_size = actions["n"] if actions["kind"] == "multi-binary" else sum(choices)
        self.spaces = {
            "python": "%d.%d.%d" % sys.version_info[:3],
            "gymnasium": self.gymnasium.__version__,
            "pid": os.getpid(),
            "seconds": seconds,
            "observations": {
                "dtype": "uint8" if self.observations.image else "float32",
                "shape": self.observations.shape,
                "low": self.observations.low,
                "high": self.observations.high,
                "left-out": self.observations.left_out,
                "parts": self.observations.described(),
            },
            "actions": actions,
            "step-limit": getattr(spec, "max_episode_steps", None),
            "reward-threshold": getattr(spec, "reward_threshold", None),
            "masks": self.mask_size > 0,
            "nondeterministic": bool(getattr(spec, "nondeterministic", False)),
        }

    def get_spaces(self, payload=b""):
        import json

        return [json.dumps(self.spaces).encode()]

    def begin(self, copy, seed):
        """The first observation of an episode."""
        observation, info = self.environments[copy].reset(seed=seed)
        self.elapsed[copy] = 0
        self.steps[copy] = self.within[copy].step
        if self.mask_size:
            self.mask(copy, info)
        return observation

    def write(self, first, observed):
        """What these copies observe, the first of them being that one; all their rows."""
        rows = self.rows[first : first + len(observed)]
        try:
            self.observations.write_all(observed, rows)
        except Refused as e:
            e.copy += first
            raise
        return rows

    @staticmethod
    def method(environment):
        """Stable-Baselines3's way of masking."""
        if hasattr(environment, "get_wrapper_attr"):
            try:
                return environment.get_wrapper_attr("action_masks")
            except AttributeError:
                return None
        return getattr(environment, "action_masks", None)

    def mask(self, copy, info):
        mask = info["action_mask"] if "action_mask" in info else self.method(self.environments[copy])()
        parts = mask if isinstance(mask, tuple) else (mask,)
        flat = self.np.concatenate([self.np.asarray(part).reshape(-1) for part in parts])
        if flat.size != self.mask_size:
            raise Refused("a mask of %d choices, and there are %d" % (flat.size, self.mask_size))
        self.masks[copy] = flat != 0

    def reset(self, payload):
        seeds = self.np.frombuffer(payload, "<u4", self.copies).tolist()
        observed = []
        self.ends = {}
        try:
            for seed in seeds:
                observed.append(self.begin(len(observed), seed))
        except Exception as e:
            e.copy = len(observed)
            raise
        return [self.write(0, observed), self.masks]

    def reset_task(self, payload):
        for environment in self.environments:
            task = getattr(environment.unwrapped, "reset_task", None)
            if task is not None:
                task()
        return self.reset(payload)

    def seed(self, payload):
        for environment, seed in zip(self.environments, self.np.frombuffer(payload, "<u4", self.copies)):
            environment.action_space.seed(int(seed))
        return []

    def step(self, payload):
        first, count = HERE.unpack_from(payload)
        here = slice(first, first + count)
        actions, seeds = self.decode(payload, count)
        cuts = self.cuts(here)
        observed, rewards, flags, ended, masked = [], [], bytearray(count), 0, self.mask_size
        for copy in range(first, first + count if self.drawn else 0):
            self.ends.pop(copy, None)
        # The loop that all is for: whatever can be done for all copies at once is done outside.
        try:
            for step, action, cut in zip(self.steps[here], actions, cuts):
                observation, reward, terminated, truncated, info = step(action)
                rewards.append(reward)
                if terminated or truncated or cut:
                    copy = len(observed)
                    if self.drawn:
                        self.ends[first + copy] = self.draw(first + copy)
                    flags[copy] = (TERMINATED if terminated else 0) | (TRUNCATED if truncated or cut else 0)
                    self.observations.write(observation, self.finals[ended])
                    ended += 1
                    observation = self.begin(first + copy, seeds[copy])
                elif masked:
                    self.mask(first + len(observed), info)
                observed.append(observation)
        except Exception as e:
            e.copy = first + len(observed)
            raise
        rows = self.write(first, observed)
        masks = self.masks[here] if masked else b""
        return [self.doubles(rewards), bytes(flags), rows, masks, COUNT.pack(ended), self.finals[:ended]]

    def decode(self, payload, count):
        """What each of so many copies does in a step, and the seeds of their next episodes."""
        size = count * self.action_size
        rows = self.np.frombuffer(payload, self.action_type, size, HERE.size).reshape(count, self.action_size)
        return self.act(rows), struct.unpack_from("<%dI" % count, payload, HERE.size + rows.nbytes)

    def cuts(self, here):
        """Counts a step of these copies; which of them it is the last one for that their limits allow."""
        if self.spare <= 1:
            left = self.limits - self.elapsed
            self.spare = max(1, int(left.min()))
            cuts = (left[here] <= 1).tolist()
        else:
            cuts = itertools.repeat(False)
        self.spare -= 1
        self.elapsed[here] += 1
        return cuts

    def doubles(self, rewards):
        if type(rewards[0]) is float and type(rewards[-1]) is float:
            try:
                return struct.pack("<%dd" % len(rewards), *rewards)
            except (struct.error, TypeError):
                pass  # one between them is an array
        try:
            return self.np.array(rewards, "<f8").reshape(len(rewards))
        except ValueError:
            # Some are arrays of one number, others are none.
            return self.np.array([self.np.asarray(reward).item() for reward in rewards], "<f8")

    def episodes(self, payload):
        """What is to be played again: (copy, seed, actions) of each."""
        np = self.np
        at = 4
        for _ in range(int(np.frombuffer(payload, "<u4", 1)[0])):
            copy, seed, steps = np.frombuffer(payload, "<u4", 3, at).tolist()
            at += 12
            actions = np.frombuffer(payload, self.action_type, steps * self.action_size, at).reshape(steps, self.action_size)
            at += actions.nbytes
            yield copy, seed, actions

    def replay(self, payload):
        copies = []
        for copy, seed, actions in self.episodes(payload):
            self.environments[copy].close()
            self.put(copy, self.one())
            observation = self.begin(copy, seed)
            for action in self.act(actions):
                observation, _, _, _, info = self.steps[copy](action)
            self.elapsed[copy] = len(actions)
            self.spare = 0
            if len(actions) and self.mask_size:
                self.mask(copy, info)
            self.write(copy, [observation])
            copies.append(copy)
        return [self.rows[copies], self.masks[copies]]

    def draw(self, copy):
        np = self.np
        name = self.asked["id"]
        environment = self.environments[copy]
        modes = environment.metadata.get("render_modes", [])
        if "rgb_array" not in modes:
            raise NotDrawn(name, "expected the render mode rgb_array, and it knows %s" % (", ".join(map(str, modes)) or "none"))
        try:
            picture = np.asarray(environment.render())
        except Exception as e:
            raise NotDrawn(name, first_line(e))
        if picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
            raise NotDrawn(name, "expected an array of the shape [height, width, 3], and render() gave %s" % list(picture.shape))
        return np.ascontiguousarray(picture.astype("u1"))

    def render(self, payload):
        np = self.np
        self.drawn = True
        copy = int(np.frombuffer(payload, "<u4", 1)[0])
        picture = self.ends[copy] if copy in self.ends else self.draw(copy)
        fps = self.environments[0].metadata.get("render_fps") or 0
        return [np.array([fps], "<f8"), np.array([picture.shape[1], picture.shape[0]], "<u4"), picture]

    def list(self, asked):
        """Of each environment the newest version."""
        import json
        import re

        self.load(asked["modules"])
        for family in ("ale_py", "minigrid", "minatar"):
            try:
                self.load([family])
            except Refused:
                pass  # not here, and nobody has asked for it
        gymnasium = self.gymnasium
        known = gymnasium.registry if hasattr(gymnasium, "registry") else gymnasium.envs.registry
        newest = {}
        for name, spec in known.items():
            if re.match("GymV2[16]Environment", name):
                continue  # a shell around what others bring
            base, version = re.fullmatch(r"(.*?)(?:-v(\d+))?", name).groups()
            if int(version or 0) >= newest.get(base, (-1,))[0]:
                newest[base] = (int(version or 0), name, spec.max_episode_steps, spec.reward_threshold)
        answer = {
            "python": "%d.%d.%d" % sys.version_info[:3],
            "executable": sys.executable,
            "gymnasium": gymnasium.__version__,
            "environments": [
                {"id": name, "step-limit": steps, "reward-threshold": threshold}
                for _, (_, name, steps, threshold) in sorted(newest.items())
            ],
        }
        return [json.dumps(answer).encode()]

    def close(self):
        for environment in self.environments:
            environment.close()


class Vectors(Worker):
    """Copies that ale-py steps in a loop of its own, a block at a time. It resets one of them alone by a seed, which others' do not."""

    def build(self):
        entry = str(self.made(lambda name: self.gymnasium.spec(name)).vector_entry_point)
        if not entry.startswith("ale_py."):
            raise Refused("gymnasium-vec:%s: expected an environment of ale-py's, as ALE/Pong-v5" % self.asked["id"])
        if self.asked["wrappers"]:
            raise Refused("gymnasium-vec:%s: expected no wrappers, since ale-py's arguments do the same" % self.asked["id"])
        self.environments = [self.made(lambda name: self.vector(name, count)) for count in self.asked["blocks"]]
        self.firsts = [sum(self.asked["blocks"][:block]) for block in range(len(self.environments))]
        first = self.environments[0]
        return first.single_observation_space, first.single_action_space, first.spec, None

    def vector(self, name, count):
        options = dict({"num_threads": 1}, **self.asked["options"])
        for ours in ("autoreset_mode", "batch_size"):
            if ours in options:
                raise Refused("gymnasium-vec:%s: expected no %s among its options, which is not the user's to choose" % (name, ours))
        return self.gymnasium.make_vec(name, count, vectorization_mode="vector_entry_point", **options)

    def reset(self, payload):
        self.ends = {}
        seeds = self.np.frombuffer(payload, "<u4", self.copies).astype("i8")
        for first, block in zip(self.firsts, self.environments):
            observed, _ = block.reset(seed=seeds[first : first + block.num_envs])
            self.rows[first : first + block.num_envs] = observed.reshape(block.num_envs, -1)
        return [self.rows, self.masks]

    def some(self, block, which, seeds):
        """Begins the episodes of those of a block's copies that a mask names."""
        observed, _ = block.reset(seed=seeds[which].astype("i8"), options={"reset_mask": which})
        return observed.reshape(block.num_envs, -1)

    def vector_actions(self, actions):
        return self.np.asarray(self.act(actions), "f4" if self.action_type.kind == "f" else "i4")

    def step(self, payload):
        np = self.np
        first, count = np.frombuffer(payload, "<u4", 2).tolist()
        actions = np.frombuffer(payload, self.action_type, count * self.action_size, 8).reshape(count, self.action_size)
        seeds = np.frombuffer(payload, "<u4", count, 8 + actions.nbytes)
        block = self.environments[self.firsts.index(first)]
        observed, rewards, terminated, truncated, _ = block.step(self.vector_actions(actions))
        rows = observed.reshape(count, -1)
        ended = terminated | truncated
        finals = rows[ended]
        if len(finals):
            rows = self.some(block, ended, seeds)
        if self.drawn:
            self.rows[first : first + count] = rows
            for copy in range(first, first + count):
                self.ends.pop(copy, None)
            self.ends.update((first + copy, self.picture(final)) for copy, final in zip(np.flatnonzero(ended).tolist(), finals))
        flags = terminated * np.uint8(TERMINATED) | truncated * np.uint8(TRUNCATED)
        masks = self.masks[first : first + count]
        return [rewards.astype("<f8"), flags, rows, masks, np.array([len(finals)], "<u4"), finals]

    def replay(self, payload):
        """All copies step together, so that shorter episodes begin later; or it is one that only begins."""
        np = self.np
        episodes = list(self.episodes(payload))
        seeds = np.zeros(self.copies, "<u4")
        for copy, seed, _ in episodes:
            seeds[copy] = seed
        lengths = {copy: len(actions) for copy, _, actions in episodes}
        for first, block in zip(self.firsts, self.environments):
            inside = slice(first, first + block.num_envs)
            here = [episode for episode in episodes if inside.start <= episode[0] < inside.stop]
            if len(here) == block.num_envs:
                rows = block.reset(seed=seeds[inside].astype("i8"))[0].reshape(block.num_envs, -1)
            elif any(lengths[copy] for copy, _, _ in here):
                raise Refused("episodes of a vector environment can be played again all together alone")
            longest = max([lengths[copy] for copy, _, _ in here], default=0)
            for t in range(longest + 1):
                begin = np.array([lengths.get(copy) == longest - t for copy in range(inside.start, inside.stop)])
                if begin.any():
                    rows = self.some(block, begin, seeds[inside])
                if t < longest:
                    actions = np.zeros((block.num_envs, self.action_size), self.action_type)
                    for copy, _, done in here:
                        if t >= longest - len(done):
                            actions[copy - first] = done[t - longest + len(done)]
                    rows = block.step(self.vector_actions(actions))[0].reshape(block.num_envs, -1)
            if here:
                self.rows[inside] = rows
        copies = [copy for copy, _, _ in episodes]
        return [self.rows[copies], self.masks[copies]]

    def draw(self, copy):
        return self.picture(self.rows[copy])

    def picture(self, row):
        """The newest of the frames that are observed: grey, or red, green and blue."""
        newest = row.reshape(self.observations.shape)[-1]
        return self.np.ascontiguousarray(self.np.stack([newest] * 3, 2) if newest.ndim == 2 else newest)

    def seed(self, payload):
        for first, block in zip(self.firsts, self.environments):
            block.action_space.seed(int(self.np.frombuffer(payload, "<u4", self.copies)[first]))
        return []


def first_line(e):
    lines = [line.strip() for line in str(e).splitlines() if line.strip()]
    return lines[0] if lines else type(e).__name__


def widen(pipe):
    """Linux's F_SETPIPE_SZ: a block of images in one go, where 64 KiB would have both sides wait for each other."""
    try:
        fcntl.fcntl(pipe, 1031, 1 << 20)
    except OSError:
        pass


def where(e):
    return "copy %d: " % e.copy if hasattr(e, "copy") else ""


def serve(commands, answers):
    import json
    import traceback

    header = struct.Struct("<IIII")

    def read(size):
        block = commands.read(size)
        if len(block) < size:
            # The supervisor is gone, or this would not be read; and with it whoever would end those started here.
            os.kill(0, signal.SIGKILL)
        return block

    def answer(operation, sequence, parts):
        parts = [memoryview(part).cast("B") for part in parts if (len(part) if isinstance(part, bytes) else part.size)]
        size = sum(map(len, parts))
        parts.insert(0, header.pack(MAGIC, operation, sequence, size))
        written = os.writev(answers, parts)
        rest = memoryview(b"".join(parts))[written:] if written < header.size + size else b""
        while rest:
            rest = rest[os.write(answers, rest) :]

    worker = None
    known = {
        RESET: lambda payload: worker.reset(payload),
        STEP: lambda payload: worker.step(payload),
        REPLAY: lambda payload: worker.replay(payload),
        RESET_TASK: lambda payload: worker.reset_task(payload),
        GET_SPACES: lambda payload: worker.get_spaces(payload),
        SEED: lambda payload: worker.seed(payload),
        RENDER: lambda payload: worker.render(payload),
    }
    while True:
        magic, operation, sequence, length = header.unpack(read(header.size))
        if magic != MAGIC or length > LONGEST:
            answer(ERROR, sequence, [b"refused\na frame that is none"])
            os._exit(3)
        payload = read(length)
        if operation == CLOSE:
            if worker is not None:
                worker.close()
            answer(CLOSE, sequence, [])
            return
        try:
            if operation == MAKE:
                asked = json.loads(payload.decode())
                worker = Vectors() if asked["vector"] else Worker()
                answer(operation, sequence, worker.make(asked))
                if worker.rows.nbytes > 1 << 15:
                    widen(answers)
            elif operation == LIST:
                answer(operation, sequence, Worker().list(json.loads(payload.decode())))
            elif operation not in known:
                raise Refused("there is no command %d" % operation)
            elif worker is None:
                raise Refused("the command %d before there is an environment" % operation)
            else:
                answer(operation, sequence, known[operation](payload))
        except Refused as e:
            text = str(e) if isinstance(e, NotDrawn) else where(e) + str(e)
            answer(ERROR, sequence, [(e.kind + "\n" + text).encode()])
        except Exception as e:
            text = "raised\n%s%s: %s\n%s" % (where(e), type(e).__name__, first_line(e), traceback.format_exc())
            answer(ERROR, sequence, [text.encode(errors="replace")])


def main():
    worker = os.fork()
    if worker:
        try:
            os.setpgid(worker, worker)
        except OSError:
            pass  # it has done so itself
        os.close(1)
        supervise(worker)
    os.setpgid(0, 0)
    # Whatever an environment reads or prints has nothing to do with the frames.
    commands = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    import faulthandler

    faulthandler.enable()
    faulthandler.register(signal.SIGTERM, all_threads=True, chain=True)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(commands, answers)
    os._exit(0)


main()
