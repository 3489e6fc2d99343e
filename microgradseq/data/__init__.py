"""Reading what a network learns from: texts, vocabularies, token files and batches."""
