// The module Analysis.
