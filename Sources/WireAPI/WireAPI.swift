// The module WireAPI.
