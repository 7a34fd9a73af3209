// glibc has it since 2.34, and declares it for _GNU_SOURCE only, which Swift's Glibc module leaves out.

#include <spawn.h>

int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *_Nonnull actions, int from);
