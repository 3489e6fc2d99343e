"""Choosing a file in a tree of folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import DirectoryTree, Static

from microgradseq_tui.actions import bindings_of
from microgradseq_tui.widgets.shell.key_bar import KeyBar


class FolderTree(DirectoryTree):
    """Folders and files without the hidden ones, which hold no texts to learn from."""

    _before: Path | None = None

    def filter_paths(self, paths: Iterable[Path]) -> Iterable[Path]:
        return [path for path in paths if not path.name.startswith(".")]

    async def watch_path(self) -> None:
        before = self._before
        await super().watch_path()
        # one goes up to look beside a folder: that folder is where the eye is
        for node in self.root.children:
            if node.data is not None and node.data.path == before:
                self.move_cursor(node)

    def show_above(self) -> None:
        """Show the folder above, and in it the one that was shown."""
        self._before = Path(self.path)
        self.path = self._before.parent


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
            yield FolderTree(self._folder)
            yield KeyBar()

    def on_mount(self) -> None:
        tree = self.query_one(FolderTree)
        # pictures of folders are two cells in some terminals and one in others
        tree.ICON_NODE, tree.ICON_NODE_EXPANDED, tree.ICON_FILE = "+ ", "- ", "  "
        tree.focus()

    def on_directory_tree_file_selected(self, event: DirectoryTree.FileSelected) -> None:
        event.stop()
        self.dismiss(event.path)

    def action_go_up(self) -> None:
        """Show the folder above."""
        self.query_one(FolderTree).show_above()

    def action_close(self) -> None:
        """Choose none, once even if the key was pressed twice."""
        if self.is_current:
            self.dismiss(None)
