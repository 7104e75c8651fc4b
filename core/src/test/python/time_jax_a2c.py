"""Trains gymnax's Breakout-MinAtar by A2C in JAX, all of it jitted, for `sparring bench` on MinBreakout-v0 to be compared with.

    python time_jax_a2c.py COPIES STEPS SECONDS        (pip install jax gymnax flax optax six)

16 filters of 3×3, a hidden layer of 128, two heads on it; six actions; γ 0.99, λ 0.95, value weight 0.5, entropy weight 0.01, gradients clipped to 0.5,
Adam 1e-3, advantages as they are. Rounds of COPIES × STEPS samples, acting, advantages, gradient and step in one compiled loop over rounds, as PureJaxRL
has them. gymnax differs in having no sticky actions and a limit of 1,000 steps. Prints, after one loop that is not measured, environment steps in a second
of the clock and in a second of a processor, and the mean reward of a step.
"""

import sys
import time

import flax.linen as nn
import gymnax
import jax
import jax.numpy as jnp
import optax

copies, steps, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
ROUNDS = 64
GAMMA, LAMBDA, VALUE_WEIGHT, ENTROPY_WEIGHT = 0.99, 0.95, 0.5, 0.01

environment, parameters = gymnax.make("Breakout-MinAtar", use_minimal_action_set=False)


class ActorCritic(nn.Module):
    @nn.compact
    def __call__(self, x):
        # A convolution as a product with nine views of the board, which XLA on a CPU computes several times as fast as nn.Conv.
        side = x.shape[-2] - 2
        views = [x[..., i : i + side, j : j + side, :] for i in range(3) for j in range(3)]
        x = nn.relu(nn.Dense(16, kernel_init=nn.initializers.orthogonal(2**0.5))(jnp.concatenate(views, -1)))
        x = nn.relu(nn.Dense(128, kernel_init=nn.initializers.orthogonal(2**0.5))(x.reshape(*x.shape[:-3], -1)))
        logits = nn.Dense(environment.num_actions, kernel_init=nn.initializers.orthogonal(0.01))(x)
        return logits, nn.Dense(1, kernel_init=nn.initializers.orthogonal(1.0))(x)[..., 0]


network = ActorCritic()
optimizer = optax.chain(optax.clip_by_global_norm(0.5), optax.adam(1e-3))


def act(carry, _):
    weights, state, seen, key = carry
    key, of_action, of_step = jax.random.split(key, 3)
    logits, value = network.apply(weights, seen)
    action = jax.random.categorical(of_action, logits)
    following, state, reward, terminated, truncated, _ = jax.vmap(environment.step, (0, 0, 0, None))(
        jax.random.split(of_step, copies), state, action, parameters
    )
    return (weights, state, following, key), (seen, action, value, reward, terminated | truncated)


def loss(weights, seen, action, advantage, target):
    logits, value = network.apply(weights, seen)
    log_probabilities = jax.nn.log_softmax(logits)
    chosen = jnp.take_along_axis(log_probabilities, action[..., None], -1)[..., 0]
    entropy = -(jnp.exp(log_probabilities) * log_probabilities).sum(-1).mean()
    policy = -(chosen * advantage).mean()
    return policy + VALUE_WEIGHT * 0.5 * ((value - target) ** 2).mean() - ENTROPY_WEIGHT * entropy


def round_(carry, _):
    weights, moments, state, seen, key = carry
    (_, state, last, key), (observed, action, value, reward, over) = jax.lax.scan(
        act, (weights, state, seen, key), None, steps
    )

    def backwards(carry, step):
        advantage, following = carry
        value, reward, over = step
        goes_on = GAMMA * (1 - over)
        advantage = reward + goes_on * following - value + goes_on * LAMBDA * advantage
        return (advantage, value), advantage

    _, advantage = jax.lax.scan(
        backwards, (jnp.zeros(copies), network.apply(weights, last)[1]), (value, reward, over), reverse=True, unroll=16
    )
    gradient = jax.grad(loss)(weights, observed, action, advantage, advantage + value)
    change, moments = optimizer.update(gradient, moments)
    return (optax.apply_updates(weights, change), moments, state, last, key), reward.mean()


@jax.jit
def train(carry):
    return jax.lax.scan(round_, carry, None, ROUNDS)


key = jax.random.PRNGKey(0)
key, of_weights, of_copies = jax.random.split(key, 3)
seen, state = jax.vmap(environment.reset, (0, None))(jax.random.split(of_copies, copies), parameters)
weights = network.init(of_weights, seen)
carry = (weights, optimizer.init(weights), state, seen, key)
carry, _ = jax.block_until_ready(train(carry))
begin, processor, done = time.perf_counter(), time.process_time(), 0
while time.perf_counter() - begin < seconds:
    carry, reward = jax.block_until_ready(train(carry))
    done += ROUNDS * steps * copies
wall, processor = time.perf_counter() - begin, time.process_time() - processor
print(f"{done / wall:.0f} steps/s, {done / processor:.0f} in a second of a processor, reward {reward.mean():.3f} a step")
