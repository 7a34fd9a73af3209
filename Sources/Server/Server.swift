// The module Server.
