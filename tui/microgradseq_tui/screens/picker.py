"""Choosing a file in a tree of folders."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DirectoryTree, Static

from microgradseq_tui.actions import bindings_of
from microgradseq_tui.widgets.shell.key_bar import KeyBar


class PickerScreen(ModalScreen[Path | None]):
    """A tree of folders; the chosen file comes back, or None.

    Arguments:
        folder: where the tree begins.
    """

    CSS_PATH = "../styles/picker.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("picker")]

    def __init__(self, folder: Path) -> None:
        super().__init__()
        # a path such as "." has no name that the tree could show
        self._folder = folder.absolute()

    def compose(self) -> ComposeResult:
        with Vertical(id="panel"):
            yield Static("Choose a file to learn from (Enter)", classes="heading", markup=False)
            yield DirectoryTree(self._folder)
            yield KeyBar()

    def on_mount(self) -> None:
        tree = self.query_one(DirectoryTree)
        # pictures of folders are two cells in some terminals and one in others
        tree.ICON_NODE, tree.ICON_NODE_EXPANDED, tree.ICON_FILE = "+ ", "- ", "  "
        tree.focus()

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        self.dismiss(event.path)

    def action_go_up(self) -> None:
        """Show the folder above."""
        self._folder = self._folder.parent
        self.query_one(DirectoryTree).path = self._folder

    def action_close(self) -> None:
        """Choose none, once even if the key was pressed twice."""
        if self.is_current:
            self.dismiss(None)
