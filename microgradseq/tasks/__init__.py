"""What can be trained: each task brings its data, its model, its loss and its metrics."""
