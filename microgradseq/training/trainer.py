"""The trainer: one step after another, with everything that is to be seen written as events."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy

from microgradseq.optim.clipping import clip_grad_norm_, clip_grad_value_, gradient_norm
from microgradseq.optim.plateau import ReduceLROnPlateau
from microgradseq.tasks.metrics import perplexity
from microgradseq.tasks.task import SampleRequest, Task
from microgradseq.training.checkpoint import Checkpoint, save_checkpoint
from microgradseq.training.commands import obey
from microgradseq.training.control import ControlReader
from microgradseq.training.errors import DivergedError
from microgradseq.training.event_log import EventWriter
from microgradseq.training.events import Event
from microgradseq.training.factories import make_optimizer, make_schedule
from microgradseq.training.flow import flow_of
from microgradseq.training.interrupts import Interrupts, interrupts
from microgradseq.training.progress import Plan, Progress
from microgradseq.training.recovery import go_back
from microgradseq.training.run_folder import RunFolder
from microgradseq.training.snapshot import restore, snapshot
from microgradseq.training.summary import told_baselines

Observer = Callable[[Event], None]

LATELY = 20
"""Steps over which the speed is averaged."""
POLL = 0.05
"""Seconds between looks at the commands while paused."""


class Trainer:
    """Trains a task in a run folder until it is done, stopped, or cannot go on.

    Arguments:
        task: with its data.
        folder: with run.json in it.
        observer: called with every event, after it was written down.

    Make one with `new_run` or `resumed_run` of `microgradseq.training.start`.
    """

    def __init__(self, task: Task, folder: RunFolder, observer: Observer | None = None) -> None:
        self.task, self.folder = task, folder
        self.settings = task.settings
        self.observer = observer
        self.parameters = list(task.model.parameters())
        self.batches = task.batches("training")
        self.plan = Plan.of(self.settings, self.batches.per_epoch)
        self.optimizer = make_optimizer(self.settings, self.parameters)
        self.schedule = make_schedule(self.settings, self.optimizer, self.plan.steps)
        self.clip = self.settings.clip
        self.progress = Progress()
        self.state: Any = None
        self.good: Checkpoint
        self.paused = False
        self.steps_asked = 0
        self.stop_reason: str | None = None
        self.last_metrics: dict[str, float] = {}
        self.baselines: list[dict[str, Any]] = []
        self._away = 0.0
        self._recent: deque[tuple[float, int]] = deque(maxlen=LATELY + 1)

    def run(self, resumed: Checkpoint | None = None) -> Event:
        """Train to the end.

        Arguments:
            resumed: the checkpoint to go on from; None begins anew.
        Returns:
            The end event.
        """
        # a viewer that sees the run, or the lock of one that goes on, is heard from then on
        self.controls = ControlReader(self.folder.control, from_start=resumed is None)
        # what is not finite is found and told by the trainer itself
        with self.folder.lock(), interrupts() as asked, numpy.errstate(all="ignore"):
            if resumed is not None:
                restore(self, resumed)
            self.log = EventWriter(self.folder.events, resumed.rest["log"] if resumed else 0)
            self._began = time.perf_counter() - self.progress.elapsed
            try:
                self.folder.update(status="running")
                if resumed is None:
                    self._begin()
                else:
                    self.good = resumed
                    self.baselines = self.folder.read().get("baselines", [])
                return self._train(asked)
            finally:
                self.log.close()

    def _begin(self) -> None:
        self.emit(
            "start",
            parameters=sum(parameter.plain().size for parameter in self.parameters),
            steps_per_epoch=self.plan.per_epoch,
            steps=self.plan.steps,
            time=time.time(),
        )
        for note in self.task.notes():
            self.emit("warning", text=note)
        self.baselines = told_baselines(self.task.baselines())
        self.folder.update(baselines=self.baselines)
        self.save()

    def _train(self, asked: Interrupts) -> Event:
        try:
            while self.progress.step < self.plan.steps and self._may_go_on(asked):
                self._step()
                self._report()
        except DivergedError as error:
            return self._end("failed", str(error))
        except KeyboardInterrupt:
            # asked twice: the step at work is given up, and the last checkpoint stays
            return self._end("stopped", "interrupted twice; the last checkpoint stays")
        if self.stop_reason is not None:
            self.save(quietly=True)
            return self._end("stopped", self.stop_reason)
        self._report(last=True)
        finished = self.progress.step >= self.plan.steps
        return self._end("finished", "all steps are done" if finished else "no more progress")

    # --- one step ---------------------------------------------------------------------------

    def _step(self) -> None:
        batch = self.batches.next()
        epoch = self.progress.step // self.plan.per_epoch
        self.task.model.train()
        found = self.task.loss(batch, None if batch.fresh else self.state)
        loss = float(found.mean.item())
        norm = math.nan
        if math.isfinite(loss):
            self.optimizer.zero_grad()
            found.mean.backward()
            norm = float(self._clipped())
        self.progress.step += 1
        self.progress.tokens += found.count
        rate = float(self.optimizer.param_groups[0]["lr"])
        if not math.isfinite(norm):
            go_back(self, batch, loss)
        else:
            self.optimizer.step()
            self.state = found.state
        if self.schedule is not None and not isinstance(self.schedule, ReduceLROnPlateau):
            self.schedule.step()
        further = {"perplexity": perplexity(loss)} if self.task.in_nats else {}
        self._tell_step(epoch, {"loss": loss, **further, "gradient_norm": norm, "lr": rate})

    def _clipped(self) -> Any:
        if self.clip:
            clip = clip_grad_norm_ if self.settings.clip_by == "norm" else clip_grad_value_
            return clip(self.parameters, self.clip)
        gradients = [one.grad for one in self.parameters if one.grad is not None]
        return gradient_norm(gradients)

    def _tell_step(self, epoch: int, numbers: dict[str, Any]) -> None:
        progress = self.progress
        self._recent.append((time.perf_counter() - self._away, progress.tokens))
        (before, tokens_before), (now, tokens) = self._recent[0], self._recent[-1]
        speed = (tokens - tokens_before) / (now - before) if now > before else 0.0
        self.emit(
            "step",
            epoch=epoch,
            tokens=tokens,
            **numbers,
            tokens_per_second=round(speed, 1),
        )

    # --- reports ----------------------------------------------------------------------------

    def _report(self, last: bool = False) -> None:
        """Whatever is due after this step; at the end, whatever was not just done."""
        step, plan, began = self.progress.step, self.plan, time.perf_counter()

        def due(interval: int) -> bool:
            return bool(step % interval) if last else not step % interval

        improved = due(plan.validate) and self._validate()
        if due(plan.sample):
            self.sample(SampleRequest())
            self._tell_flow()
        if improved or due(plan.checkpoint):
            self.save(best=improved)
        # what is slow to report does not count as slow training
        self._away += time.perf_counter() - began

    def _validate(self) -> bool:
        """Measure; whether it is the best so far."""
        progress = self.progress
        self.task.model.eval()
        split = "validation" if self.settings.validation else "training"
        metrics = dict(self.task.evaluate(split))
        loss = metrics.pop("loss")
        self.last_metrics = metrics
        better = math.isfinite(loss) and (progress.best_loss is None or loss < progress.best_loss)
        progress.loss = loss if math.isfinite(loss) else None
        if better:
            progress.best_loss, progress.best_step, progress.waits = loss, progress.step, 0
        else:
            progress.waits += 1
        if isinstance(self.schedule, ReduceLROnPlateau):
            self.schedule.step(loss)
        epoch = (progress.step - 1) // self.plan.per_epoch
        self.emit("validation", epoch=epoch, split=split, loss=loss, metrics=metrics, best=better)
        return better

    def sample(self, request: SampleRequest, asked: bool = False) -> None:
        """Write a sample as an event.

        Arguments:
            request: how.
            asked: whether a viewer asked for it.
        """
        self.task.model.eval()
        random = numpy.random.default_rng((self.settings.seed, self.progress.step))
        self.emit(
            "sample",
            text=self.task.sample(request, random),
            prefix=request.prefix,
            temperature=request.temperature,
            asked=asked,
        )

    def _tell_flow(self) -> None:
        found = flow_of(self.task)
        if found is not None:
            self.emit("flow", **found)

    def save(self, best: bool = False, quietly: bool = False) -> None:
        """Save everything; with a checkpoint event, unless quietly.

        Arguments:
            best: whether to save it as the best model, too.
            quietly: without an event, so that a stopped run's log goes on as if it never stopped.
        """
        if not quietly:
            self.emit("checkpoint", best=best)
        checkpoint = snapshot(self, self.log.position())
        if best:
            save_checkpoint(self.folder.best, checkpoint)
        save_checkpoint(self.folder.latest, checkpoint)
        self.good = checkpoint

    # --- between steps ----------------------------------------------------------------------

    def _may_go_on(self, asked: Interrupts) -> bool:
        """Obey what viewers say, wait while paused; False when it is time to end."""
        patience = self.settings.early_stop
        if patience and self.progress.waits >= patience:
            return False
        paused_at = time.perf_counter()
        while True:
            for command in self.controls.new():
                obey(self, command)
            if asked.asked is not None:
                self.stop_reason = f"interrupted by {asked.asked}"
            if self.stop_reason is not None:
                return False
            if self.steps_asked:
                self.steps_asked -= 1
                break
            if not self.paused:
                break
            self.log.flush()
            time.sleep(POLL)
            self._began += time.perf_counter() - paused_at
            paused_at = time.perf_counter()
        return True

    def emit(self, kind: str, **content: Any) -> None:
        """Write an event down, then show it to the observer.

        Arguments:
            kind: one of events.KINDS.
            content: its fields, besides step and elapsed.
        """
        self.progress.elapsed = time.perf_counter() - self._began
        event = {
            "event": kind,
            "step": self.progress.step,
            **content,
            "elapsed": round(self.progress.elapsed, 3),
        }
        self.log.write(event)
        if self.observer is not None:
            self.observer(event)

    def _end(self, status: str, reason: str) -> Event:
        progress = self.progress
        event: Event = {
            "status": status,
            "reason": reason,
            "loss": progress.loss,
            "best_loss": progress.best_loss,
        }
        self.emit("end", **event)
        self.log.flush()
        self.folder.update(status=status)
        return {"event": "end", "step": progress.step, **event, "elapsed": progress.elapsed}
