"""Whole recurrent layers as one rule each: the kernels that train fast."""
