"""Which task is meant, and what it reads, from what a person typed."""

from __future__ import annotations

from microgradseq.data.corpora import corpora, known_corpus
from microgradseq.data.errors import DataError, SettingError
from microgradseq.data.nearest import did_you_mean, meant_or_known, there_is_no
from microgradseq.data.source import is_file
from microgradseq.tasks.registry import TASKS, task

USUAL_TASK = "language"


def choose_task(
    target: str | None = None, task_name: str | None = None, source: str | None = None
) -> tuple[str, str | None]:
    """The task and its source.

    Arguments:
        target: a task's name, a corpus's name, or a file; None for the usual task.
        task_name: the task, where the target is what it reads.
        source: what the task reads, where the target is the task.
    Returns:
        A name in TASKS, and a corpus's name, a file, or None for the task's own corpus.

    >>> choose_task("adding"), choose_task()
    (('adding', None), ('language', 'story'))
    >>> choose_task("names-by-kind"), choose_task("dna")
    (('generation', 'names-by-kind'), ('language', 'dna'))
    """
    if task_name is not None:
        task(task_name)
        return task_name, source if target is None else target
    if target is None:
        # the usual corpus by its name, so that the run is called after what it reads
        usual = task(USUAL_TASK).corpus
        return (USUAL_TASK, usual) if source is None else (_task_for(source), source)
    if target in TASKS and not is_file(target):
        return target, source
    if source is not None:
        raise SettingError(there_is_no("task", target, TASKS))
    return _task_for(target), target


def _task_for(source: str) -> str:
    """The task that reads a corpus, or a file: text unless something else is asked for."""
    if is_file(source):
        return USUAL_TASK
    found = known_corpus(source)
    if found is None:
        hint = did_you_mean(source, [*TASKS, *corpora()]) or meant_or_known(source, TASKS)
        raise DataError(f"there is no task, corpus or file {source!r}; {hint}")
    readers = [name for name in TASKS if task(name).reads == found.kind]
    if not readers:
        raise DataError(f"no task reads a corpus of the kind {found.kind}")
    # several tasks may read it: the one that it was made for comes first
    return next((name for name in readers if task(name).corpus == source), readers[0])
