"""Prints what TensorBoard reads from the event files of a folder, as JSON: each reader's points, [wall time, step, value] by tag; with --hparams what the run was asked for."""

import json
import sys

from tensorboard import context
from tensorboard.backend.event_processing import data_provider
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.backend.event_processing import plugin_event_multiplexer
from tensorboard.plugins.hparams import metadata

EVERYTHING = 1_000_000


def accumulator(folder):
    """The reader that notebooks use."""
    events = event_accumulator.EventAccumulator(folder, size_guidance={event_accumulator.SCALARS: 0}).Reload()
    return {tag: [[p.wall_time, p.step, p.value] for p in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def dashboard(folder):
    """What TensorBoard's scalars page asks for."""
    runs = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance={"scalars": 0})
    runs.AddRunsFromDirectory(folder).Reload()
    provider = data_provider.MultiplexerDataProvider(runs, folder)
    by_run = provider.read_scalars(
        context.RequestContext(), experiment_id="", plugin_name="scalars", downsample=EVERYTHING
    )
    return {tag: [[p.wall_time, p.step, p.value] for p in points] for tag, points in by_run["."].items()}


def hyperparameters(folder):
    """What TensorBoard's HPARAMS page takes from the files."""
    events = event_accumulator.EventAccumulator(folder).Reload()
    content = events.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
    return {name: getattr(v, v.WhichOneof("kind")) for name, v in metadata.parse_session_start_info_plugin_data(content).hparams.items()}


folder = sys.argv[1]
if "--hparams" in sys.argv:
    json.dump(hyperparameters(folder), sys.stdout)
    sys.exit()
json.dump({"accumulator": accumulator(folder), "dashboard": dashboard(folder)}, sys.stdout)
